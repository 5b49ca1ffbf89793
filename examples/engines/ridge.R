# An engine in R: ridge regression on the classes as columns of 1 and -1. See docs/engines.md.
#   {"engines": {"r": {"command": ["Rscript", "ridge.R"]}}, "classifiers": {"r::Ridge": [{"alpha": [1.0]}]}}

# What stands after "key": in a line of JSON, a text without its quotes or a number; NA if nothing does.
field <- function(line, key) {
  found <- regmatches(line, regexec(sprintf('"%s": *("[^"]*"|[^",}]*)', key), line))[[1]]
  if (length(found) == 2) gsub('"', "", found[2]) else NA
}

# The values of an .npy file, in one dimension.
read_npy <- function(path, n, size) {
  file <- file(path, "rb")
  on.exit(close(file))
  start <- readBin(file, "raw", 10)
  readBin(file, "raw", as.integer(start[9]) + 256 * as.integer(start[10]))
  if (size == 4) return(readBin(file, "double", n, 4))
  readBin(file, "integer", 2 * n, 4)[c(TRUE, FALSE)] # the low halves, which are all of a small label
}
write_labels <- function(path, labels) {
  header <- sprintf("{'descr': '<i8', 'fortran_order': False, 'shape': (%d,), }", length(labels))
  file <- file(path, "wb")
  writeBin(as.raw(c(0x93, utf8ToInt("NUMPY"), 1, 0, 118, 0)), file)
  writeBin(charToRaw(sprintf("%-117s\n", header)), file)
  writeBin(as.integer(rbind(labels, 0L)), file, 4)
  close(file)
}
say <- function(...) { cat(sprintf(...), "\n", sep = ""); flush(stdout()) }

part <- '{"name": "ridge.R", "version": "1.0"}'
input <- file("stdin", "r")
while (length(line <- readLines(input, 1)) > 0) {
  if (grepl('^\\{"hello"', line)) {
    train <- sub('.*"train"', "", line)
    test <- sub('.*"test"', "", line)
    n <- as.integer(field(train, "n_samples"))
    m <- as.integer(field(train, "n_features"))
    x <- matrix(read_npy(field(train, "x"), n * m, 4), n, byrow = TRUE)
    y <- read_npy(field(train, "y"), n, 8)
    t <- as.integer(field(test, "n_samples"))
    unseen <- matrix(read_npy(field(test, "x"), t * m, 4), t, byrow = TRUE)
    alpha <- if (is.na(field(line, "alpha"))) 1 else as.numeric(field(line, "alpha"))
    language <- sprintf('{"name": "R", "version": "%s"}', getRversion())
    if (!is.na(alpha) && alpha > 0) {
      ready <- '{"ready": {"protocol": 1, "engine": %s, "library": %s, "language": %s, "parameters": {"alpha": %g}}}'
      say(ready, part, part, language, alpha)
    } else say('{"error": {"kind": "refused", "message": "the `alpha` of Ridge must be a number above 0"}}')
  } else if (grepl('^\\{"fit"', line)) {
    classes <- sort(unique(y))
    targets <- 2 * outer(y, classes, "==") - 1
    centred <- sweep(x, 2, colMeans(x))
    weights <- solve(crossprod(centred) + diag(alpha, m), crossprod(centred, targets))
    offset <- colMeans(targets) - colMeans(x) %*% weights
    say('{"fitted": {"extra": {"norm": %.6g}}}', sqrt(sum(weights^2)))
  } else if (grepl('^\\{"predict"', line)) {
    scores <- sweep(unseen %*% weights, 2, offset, "+")
    write_labels(field(line, "labels"), classes[max.col(scores, "first")])
    say('{"predicted": {"labels": "%s"}}', field(line, "labels"))
  } else say('{"bye": {}}')
}
