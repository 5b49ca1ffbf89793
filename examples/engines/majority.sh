#!/bin/sh
# An engine in shell and awk: the class that most train rows have. See docs/engines.md.
#   {"engines": {"sh": {"command": ["sh", "majority.sh"]}}, "classifiers": {"sh::Majority": []}}

# field NAME: the text that $line has under that name.
field() { printf '%s' "$line" | sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"; }

# labels FILE: the labels of an .npy file of version 1, one per line.
labels() {
    header=$(od -An -t u2 -j 8 -N 2 "$1" | tr -d ' ')
    od -An -v -t d8 -w8 -j $((10 + header)) "$1"
}

# constant LABEL ROWS: an .npy file that holds the label in each row.
constant() {
    printf '\223NUMPY\001\000v\000%-117s\n' "{'descr': '<i8', 'fortran_order': False, 'shape': ($2,), }"
    awk -v rows="$2" 'BEGIN { while (rows-- > 0) print "" }' | while read -r _; do
        printf "\\$(printf %03o "$1")\000\000\000\000\000\000\000"
    done
}

part='"name": "majority.sh", "version": "1.0"'
while read -r line; do
    case $line in
    *'"hello"'*)
        # The train split comes first in `train`, whatever its place in the message.
        y=$(printf '%s' "$line" | sed 's/.*"train"//; s/.*"y": *"\([^"]*\)".*/\1/')
        rows=$(printf '%s' "$line" | sed 's/.*"test"//; s/.*"n_samples": *\([0-9]*\).*/\1/')
        name=$(field classifier)
        if [ "$name" = Majority ]; then
            echo "{\"ready\": {\"protocol\": 1, \"engine\": {$part}, \"language\": {\"name\": \"sh\", \"version\": \"posix\"}, \"library\": {$part}, \"parameters\": {}}}"
        else
            echo "{\"error\": {\"kind\": \"refused\", \"message\": \"there is no classifier $name, only Majority\"}}"
        fi
        ;;
    *'"fit"'*)
        majority=$(labels "$y" | awk '{ n[$1]++ } END { for (k in n) if (n[k] > most || (n[k] == most && k + 0 < best)) { most = n[k]; best = k + 0 } print best }')
        echo "{\"fitted\": {\"extra\": {\"majority\": $majority}}}"
        ;;
    *'"predict"'*)
        file=$(field labels)
        constant "$majority" "$rows" > "$file"
        echo "{\"predicted\": {\"labels\": \"$file\"}}"
        ;;
    *'"bye"'*) echo '{"bye": {}}' ;;
    esac
done
