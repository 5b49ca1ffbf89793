// What a row opens to. Built when it is opened first.

const DATA = JSON.parse(document.getElementById("data").textContent);
const SVG = "http://www.w3.org/2000/svg";

/** An element: `el("td", {class: "number"}, "text", child)`. */
function el(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function svg(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const percent = (share) => (share * 100).toFixed(2);
const seconds = (s) => (s < 0.0995 ? s.toFixed(3) : s < 9.995 ? s.toFixed(2) : s.toFixed(1));
const plain = (value) => (typeof value === "string" ? value : JSON.stringify(value));

function section(title, ...children) {
  return el("section", {}, el("h2", {}, title), ...children.filter(Boolean));
}

function table(heads, rows, name) {
  const cell = (value, column) => {
    const isNumber = typeof value === "number" || heads[column]?.startsWith("#");
    return value instanceof Node ? el("td", {}, value) : el("td", isNumber ? {class: "number"} : {}, String(value ?? ""));
  };
  const head = heads.some(Boolean)
    ? el("thead", {}, el("tr", {}, ...heads.map((text) => el("th", {scope: "col", class: text.startsWith("#") ? "number" : ""}, text.replace("#", "")))))
    : null;
  return el("div", {class: "scroll"}, el("table", {class: name || ""}, head,
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map(cell))))));
}

function parameters(row) {
  if (row.submission) return submission(row);
  const lines = Object.entries(row.resolved).map(([name, value]) => {
    const isWritten = name in row.parameter;
    return [name, el("span", isWritten ? {} : {class: "default"}, plain(value) + (isWritten ? "" : " (default)"))];
  });
  const notes = [...(row.notes || []), ...(row.aliases || []).map((call) => `is ${call}, too`)];
  return section("Parameters", table(["", ""], lines, "params"), ...notes.map((note) => el("p", {}, note)),
    el("p", {class: "hash"}, `defaults of ${row.defaults}, id `, el("code", {}, row.id)));
}

/** What whoever handed in a row says of it. */
function submission(row) {
  const {url, preprocessing, note, time, version} = row.submission;
  const isLink = /^https?:\/\//.test(url || "");
  const lines = [
    ["predictions", row.repeats[0]?.predictions ? "in the table, scored here" : "none: the accuracy is only claimed"],
    url ? ["link", isLink ? el("a", {href: url, rel: "nofollow noopener"}, url) : url] : null,
    preprocessing ? ["preprocessing", preprocessing] : null,
    note ? ["note", note] : null,
    ["handed in", `${utc(time)}, to fashion-bench ${version}`],
  ];
  return section("Submission", table(["", ""], lines.filter(Boolean)),
    ...(row.notes || []).map((text) => el("p", {}, text)), el("p", {class: "hash"}, "id ", el("code", {}, row.id)));
}

const utc = (unix) => new Date(unix * 1000).toISOString().replace("T", " ").slice(0, 19) + " UTC";

function repeats(row) {
  const lines = row.repeats.map((repeat, place) => {
    const fit = repeat.fit;
    const facts = [
      fit.n_iter === undefined ? null : `${fit.n_iter} iterations`,
      fit.converged === undefined ? null : fit.converged ? "converged" : "not converged",
      fit.n_support_vectors === undefined ? null : `${fit.n_support_vectors} support vectors`,
      fit.objective === undefined ? null : `objective ${fit.objective.toPrecision(5)}`,
      fit.gap === undefined ? null : `gap ${fit.gap.toExponential(1)}`,
      ...(fit.warnings || []),
      ...Object.entries(fit.details || {}).map(([name, value]) => `${name} ${Number(value.toPrecision(6))}`),
    ];
    const shown = (s) => (typeof s === "number" ? seconds(s) : "–");
    return [place + 1, percent(repeat.accuracy), shown(repeat.fit_s), shown(repeat.fit_cpu_s),
      shown(repeat.predict_s), shown(repeat.predict_cpu_s), facts.filter(Boolean).join(", ")];
  });
  const note = row.invariant && row.repeats.length < row.repeats_asked
    ? `${row.repeats_asked} asked for; the first two scores were equal, so it was not repeated further.` : null;
  const part = section("Repeats",
    table(["#", "#accuracy %", "#fit s", "#CPU s", "#predict s", "#CPU s", ""], lines, "repeats"), note && el("p", {}, note));
  part.classList.add("wide");
  return part;
}

function scores(row, classes) {
  const n = row.confusion.length;
  const share = (part, whole) => (whole ? part / whole : 0);
  const lines = classes.slice(0, n).map((name, k) => {
    const hits = row.confusion[k][k];
    const truth = row.confusion[k].reduce((sum, x) => sum + x, 0);
    const predicted = row.confusion.reduce((sum, line) => sum + line[k], 0);
    const f1 = share(2 * hits, truth + predicted);
    const bar = el("span", {class: "bar", style: `--share: ${(f1 * 100).toFixed(1)}%`});
    return [name, share(hits, predicted).toFixed(3), share(hits, truth).toFixed(3), f1.toFixed(3), bar];
  });
  return section("By class, over all repeats", table(["", "#precision", "#recall", "#F1", ""], lines));
}

/** Scores of labels and of probabilities beside the accuracy. */
function summary(figures) {
  const {of_labels: labels, of_probabilities: proba} = figures;
  const lines = [
    ["balanced accuracy", labels.balanced_accuracy], ["F1, mean of classes", labels.f1_macro],
    ["F1, weighted", labels.f1_weighted], ["Matthews correlation", labels.matthews], ["Cohen's κ", labels.kappa],
    ...(proba ? [
      ["log-loss", proba.log_loss], ["Brier score", proba.brier], ["true class in the top two", proba.top_2_accuracy],
      ["calibration error", proba.calibration_error], ["ROC AUC, one against the rest", proba.roc_auc],
    ] : []),
  ].filter(([, value]) => typeof value === "number");
  const note = proba ? `The probabilities took ${seconds(proba.proba_cpu_s)} CPU seconds, which are in no other time.` : null;
  return section("Scores", table(["", "#"], lines.map(([name, value]) => [name, value.toFixed(4)])), note && el("p", {}, note));
}

/** Accuracy against confidence, one mark for each bin of the largest probability; the larger, the more rows. */
function reliability(bins) {
  const [size, left, below] = [240, 44, 30];
  const x = (share) => left + share * (size - left - 8);
  const y = (share) => 8 + (1 - share) * (size - below - 16);
  const most = Math.max(...bins.map((bin) => bin.n));
  const text = (at, anchor, what) => svg("text", {x: at[0], y: at[1], "text-anchor": anchor}, what);
  const marks = bins.map(({n, confidence, accuracy}) => {
    const mark = svg("circle", {cx: x(confidence).toFixed(1), cy: y(accuracy).toFixed(1), r: (2 + 6 * Math.sqrt(n / most)).toFixed(1)});
    mark.append(svg("title", {}, `${n} rows, confidence ${percent(confidence)} %, accuracy ${percent(accuracy)} %`));
    return mark;
  });
  const points = bins.map(({confidence, accuracy}) => `${x(confidence).toFixed(1)},${y(accuracy).toFixed(1)}`).join(" ");
  const picture = svg("svg", {class: "curve reliability", viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": "accuracy against confidence"},
    svg("line", {x1: x(0), y1: y(0), x2: x(1), y2: y(0)}), svg("line", {x1: x(0), y1: y(0), x2: x(0), y2: y(1)}),
    svg("line", {class: "ideal", x1: x(0), y1: y(0), x2: x(1), y2: y(1)}),
    svg("polyline", {points}), ...marks,
    text([left - 6, y(1) + 4], "end", "100 %"), text([left - 6, y(0) + 4], "end", "0"),
    text([x(1), size - 8], "end", "confidence 100 %"));
  return section("Reliability of the first repeat: accuracy against confidence", picture);
}

function heatMap(row, classes) {
  const corner = el("th", {}, el("span", {class: "unseen"}, "true class"));
  const head = el("tr", {}, corner, ...classes.map((name) => el("th", {scope: "col"}, name)));
  const lines = row.confusion.map((line, truth) => {
    const all = line.reduce((sum, n) => sum + n, 0) || 1;
    const cells = line.map((n, predicted) => {
      const isRight = truth === predicted;
      // Mistakes are few: their colour is stretched.
      const strength = isRight ? (n / all) * 70 : Math.min(1, (n / all) * 4) * 80;
      return el("td", {
        class: isRight ? "right" : "wrong", style: `--share: ${strength.toFixed(0)}%`,
        title: `${n} of ${all} ${classes[truth]} taken for ${classes[predicted]}`,
      }, n ? String(n) : "");
    });
    return el("tr", {}, el("th", {scope: "row"}, classes[truth]), ...cells);
  });
  return section("Confusion: true class by row, predicted by column",
    el("div", {class: "scroll"}, el("table", {class: "heat"}, el("thead", {}, head), el("tbody", {}, ...lines))));
}

function lossCurve(loss) {
  const [width, height, left, below] = [420, 190, 58, 24];
  const values = loss.points.map((point) => point[1]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (epoch) => left + ((epoch - 1) / (loss.n - 1)) * (width - left - 8);
  const y = (value) => 8 + (1 - (value - low) / (high - low || 1)) * (height - below - 16);
  const text = (at, anchor, what) => svg("text", {x: at[0], y: at[1], "text-anchor": anchor}, what);
  const picture = svg("svg", {class: "curve", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `training loss from ${values[0]} to ${values.at(-1)}`},
    svg("line", {x1: left, y1: height - below, x2: width, y2: height - below}),
    svg("line", {x1: left, y1: 0, x2: left, y2: height - below}),
    svg("polyline", {points: loss.points.map(([epoch, value]) => `${x(epoch).toFixed(1)},${y(value).toFixed(1)}`).join(" ")}),
    text([left - 6, y(high) + 4], "end", high.toPrecision(3)), text([left - 6, y(low) + 4], "end", low.toPrecision(3)),
    text([left, height - 6], "start", "1"), text([width - 8, height - 6], "end", `${loss.n} epochs or stages`));
  return section("Training loss", picture);
}

/** The features of a table with their importances, the most important first. */
function importanceBars(bytes, names) {
  const shown = [...bytes].map((byte, place) => [byte, names[place] ?? `feature ${place + 1}`]);
  shown.sort((a, b) => b[0] - a[0]);
  const lines = shown.slice(0, 30).map(([byte, name]) =>
    [name, el("span", {class: "bar", style: `--share: ${((byte / 255) * 100).toFixed(1)}%`})]);
  const rest = shown.length > 30 ? el("p", {}, `${shown.length - 30} less important ones are not shown.`) : null;
  return section("Importance of each feature, the largest as 1", table(["", ""], lines, "importances"), rest);
}

function importanceMap(packed, sheet) {
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  if (!sheet.shape) return importanceBars(bytes, sheet.features);
  const [height, width, channels] = sheet.shape;
  if (height * width * channels !== bytes.length) return importanceBars(bytes, sheet.features);
  // A pixel of a colour image is as important as its most important channel.
  const pixels = Array.from({length: height * width}, (_, place) =>
    Math.max(...bytes.subarray(place * channels, (place + 1) * channels)));
  const canvas = el("canvas", {class: "pixels", width, height, role: "img", "aria-label": "importance of each pixel",
    style: `aspect-ratio: ${width} / ${height}; ${width >= height ? "width: 196px; height: auto" : "height: 196px; width: auto"}`});
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  pixels.forEach((byte, place) => {
    // Black, red, yellow, white, by the square root: few pixels hold most of the importance.
    const heat = Math.sqrt(byte / 255) * 3;
    image.data.set([heat * 255, (heat - 1) * 255, (heat - 2) * 255, 255], place * 4);
  });
  context.putImageData(image, 0, 0);
  return section("Importance of each pixel", canvas);
}

function picture(sprite, image) {
  // The longer side of a picture takes the whole of its place.
  const scale = 56 / Math.max(sprite.width, sprite.height);
  const [shownWidth, shownHeight] = [sprite.width * scale, sprite.height * scale];
  const [column, line] = [image.place % sprite.columns, Math.floor(image.place / sprite.columns)];
  return el("div", {
    class: "picture", role: "img", title: `test image ${image.image}; ${image.n_rows} rows take it for this`,
    "aria-label": `test image ${image.image}`,
    style: `width: ${shownWidth}px; height: ${shownHeight}px; background-image: var(--sprite); ` +
      `background-size: ${sprite.columns * shownWidth}px ${sprite.rows * shownHeight}px; ` +
      `background-position: ${-column * shownWidth}px ${-line * shownHeight}px`,
  });
}

function confused(row, sheet) {
  const groups = row.confusions.map((confusion) => {
    const shown = sheet.sprite ? confusion.images.filter((image) => image.place !== undefined) : [];
    return el("figure", {},
      el("figcaption", {}, `${sheet.classes[confusion.truth]} taken for ${sheet.classes[confusion.predicted]}: ${confusion.n}`),
      el("div", {class: "pictures"}, ...shown.map((image) => picture(sheet.sprite, image))));
  });
  const note = !row.has_labels ? "Rows of older versions do not say which image was taken for what."
    : sheet.sprite ? "Of each confusion those images that most rows take for the same." : "Pictures need the data of this table.";
  const part = section("Most frequent confusions", el("p", {}, note), el("div", {class: "confused"}, ...groups));
  part.classList.add("wide");
  return part;
}

function environment(row) {
  const env = row.environment;
  const engine = row.engine && [row.engine.program, row.engine.language, row.engine.library].filter(Boolean)
    .map((part) => `${part.name} ${part.version}`).join(", ");
  if (!env) return engine ? section("Environment", table(["", ""], [["engine", engine], ["machine", "not noted"]])) : null;
  const limits = [row.limits.time_s && `${row.limits.time_s} s`, row.limits.memory_mb && `${row.limits.memory_mb} MB`];
  return section("Environment", table(["", ""], [
    ["machine", `${env.cpu}, ${env.cores} cores, ${env.os}, host ${env.host}`],
    ["threads", `${env.threads} a job, ${env.jobs} jobs side by side${env.in_process ? ", in one process" : ""}`],
    ["program", `fashion-bench ${env.version}${env.git_revision ? `, ${env.git_revision.slice(0, 12)}` : ""}`],
    ...(engine ? [["engine", engine]] : []),
    ["run", row.start_time && row.done_time ? `${utc(row.start_time)} to ${utc(row.done_time).slice(11)}` : "not noted"],
    ["peak memory", row.peak_rss_bytes ? `${(row.peak_rss_bytes / 1e6).toFixed(0)} MB` : "not measured"],
    ["limits", limits.filter(Boolean).join(", ") || "none"],
    ...row.repeats.slice(0, 1).filter((repeat) => repeat.seed).map((repeat) => ["first seed", repeat.seed]),
  ]));
}

/** The opened part of a row. */
function buildDetails(sheetKey, key) {
  const sheet = DATA[sheetKey];
  const row = sheet.rows[key];
  const hasScores = row.confusion.length > 0;
  const hasRepeats = row.repeats.length > 0;
  const parts = [
    row.reason ? section(`Why it ${row.status === "ok" ? "is noted" : "has no full result"}: ${row.status}`, el("p", {class: "reason"}, row.reason)) : null,
    hasRepeats ? repeats(row) : null,
    parameters(row),
    row.figures.of_labels ? summary(row.figures) : null,
    row.figures.of_probabilities ? reliability(row.figures.of_probabilities.calibration) : null,
    hasScores ? scores(row, sheet.classes) : null,
    hasScores ? heatMap(row, sheet.classes) : null,
    row.loss ? lossCurve(row.loss) : null,
    row.importances ? importanceMap(row.importances, sheet) : null,
    environment(row),
    row.confusions.length ? confused(row, sheet) : null,
  ];
  return el("div", {class: "opened"}, ...parts.filter(Boolean));
}
