"""Makes small data sets in the forms of well-known ones, and runs each through the program.

    python benchmark/like_sets.py OUT                        makes them in the folder OUT
    python benchmark/like_sets.py OUT --program PATH         and puts each through the program

Needs numpy, pyarrow and pillow. The images are drawn from a seed: a bright bar per class on noise, so
that every classifier learns something. Nothing of the sets that they are like is in them.
"""

import argparse
import gzip
import io
import json
import pathlib
import struct
import subprocess
import sys
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

N_TRAIN, N_TEST = 300, 90


def images(rng, labels, height, width, channels=1):
    """Noise with a bright row or column per class."""
    pixels = rng.integers(0, 60, (len(labels), height, width, channels), dtype=np.uint8)
    for image, label in zip(pixels, labels):
        if label % 2:
            image[(label // 2) % height, :, label % channels] = 230
        else:
            image[:, (label // 2) % width, label % channels] = 230
    return pixels if channels > 1 else pixels[..., 0]


def splits(rng, classes):
    """Labels of both splits: every class, in random order."""
    both = []
    for n in (N_TRAIN, N_TEST):
        labels = np.array([classes[i % len(classes)] for i in range(n)])
        rng.shuffle(labels)
        both.append(labels)
    return both


def idx(array, kind=0x08):
    types = {0x08: ">u1", 0x0C: ">i4"}
    header = bytes([0, 0, kind, array.ndim]) + b"".join(struct.pack(">I", dim) for dim in array.shape)
    return header + array.astype(types[kind]).tobytes()


def write_gz(path, content):
    path.write_bytes(gzip.compress(content, mtime=0))


def png(pixels):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def kmnist(folder, rng):
    """Pairs of NPZ files with one array each."""
    for name, labels in zip(("train", "test"), splits(rng, range(10))):
        np.savez_compressed(folder / f"kmnist-{name}-imgs.npz", images(rng, labels, 28, 28))
        np.savez_compressed(folder / f"kmnist-{name}-labels.npz", labels.astype(np.uint8))
    return ["--data", folder]


def emnist(folder, rng):
    """One archive of gzip files: 26 classes, labels from 1, images on their side."""
    with zipfile.ZipFile(folder / "gzip.zip", "w") as archive:
        for name, labels in zip(("train", "test"), splits(rng, range(1, 27))):
            turned = images(rng, labels, 28, 28).transpose(0, 2, 1)
            for what, content in (("images-idx3", idx(turned)), ("labels-idx1", idx(labels))):
                archive.writestr(f"gzip/emnist-letters-{name}-{what}-ubyte.gz", gzip.compress(content, mtime=0))
    return ["--data", folder / "gzip.zip", "--transpose"]


def qmnist(folder, rng):
    """IDX with a table of whole numbers per label, whose column 0 is the class."""
    for name, labels in zip(("train", "test"), splits(rng, range(10))):
        table = np.column_stack([labels, rng.integers(0, 5000, (len(labels), 7))])
        write_gz(folder / f"qmnist-{name}-images-idx3-ubyte.gz", idx(images(rng, labels, 28, 28)))
        write_gz(folder / f"qmnist-{name}-labels-idx2-int.gz", idx(table, 0x0C))
    return ["--data", folder]


def medmnist(folder, rng):
    """One NPZ file of colour images with a validation split, labels as a column."""
    arrays = {}
    for name, labels in zip(("train", "test"), splits(rng, range(9))):
        arrays[f"{name}_images"] = images(rng, labels, 28, 28, 3)
        arrays[f"{name}_labels"] = labels.astype(np.uint8)[:, None]
    arrays["val_images"], arrays["val_labels"] = arrays["test_images"], arrays["test_labels"]
    np.savez_compressed(folder / "pathmnist.npz", **arrays)
    return ["--data", folder / "pathmnist.npz"]


def openml(folder, rng):
    """One ARFF file with both splits, the class last."""
    lines = ["@RELATION mnist_784", ""]
    lines += [f"@ATTRIBUTE pixel{i} real" for i in range(1, 785)]
    lines += ["@ATTRIBUTE class {" + ",".join(map(str, range(10))) + "}", "", "@DATA"]
    for labels in splits(rng, range(10)):
        for image, label in zip(images(rng, labels, 28, 28).reshape(-1, 784), labels):
            lines.append(",".join(map(str, image)) + f",{label}")
    (folder / "mnist_784.arff").write_text("\n".join(lines) + "\n")
    return ["--data", folder / "mnist_784.arff", "--test-rows", N_TEST]


def hugging_face(folder, rng):
    """Parquet files of PNG bytes with the names of the classes, the train split in two shards."""
    names = ["T - shirt / top", "Trouser", "Pullover"]
    features = {"image": {"_type": "Image"}, "label": {"names": names, "_type": "ClassLabel"}}
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    train, test = splits(rng, range(3))
    shards = {"train-00000-of-00002": train[:150], "train-00001-of-00002": train[150:], "test-00000-of-00001": test}
    for name, labels in shards.items():
        cells = [{"bytes": png(image), "path": None} for image in images(rng, labels, 28, 28)]
        table = pa.table({"image": pa.array(cells, kind), "label": pa.array(labels, pa.int64())})
        metadata = {"huggingface": json.dumps({"info": {"features": features}})}
        packed = "gzip" if name.startswith("train-00001") else "snappy"
        pq.write_table(table.replace_schema_metadata(metadata), folder / f"{name}.parquet", compression=packed)
    return ["--data", folder]


def table(folder, rng):
    """CSV of a table without images: numbers with fractions, names of features and classes."""
    for name, labels in zip(("train", "test"), splits(rng, range(3))):
        x = rng.normal(labels[:, None] * [1.0, 0.0, 100.0, -0.5], [1.0, 1.0, 80.0, 0.3], (len(labels), 4))
        lines = ["sepal length,sepal width,petal area,tilt,species"]
        lines += [",".join(f"{v:.4f}" for v in row) + f",species {'abc'[label]}" for row, label in zip(x, labels)]
        (folder / f"{name}.csv").write_text("\r\n".join(lines) + "\r\n")
    return ["--data", folder / "train.csv", folder / "test.csv"]


def pictures(folder, rng):
    """Folders of PNG files by class, images of 14 x 56 pixels."""
    for name, labels in zip(("train", "test"), splits(rng, range(4))):
        for place, (image, label) in enumerate(zip(images(rng, labels, 14, 56), labels)):
            into = folder / name / f"class {label}"
            into.mkdir(parents=True, exist_ok=True)
            (into / f"{place:04}.png").write_bytes(png(image))
    return ["--data", folder]


CONFIG = {
    "classifiers": {
        "GaussianNB": [],
        "DecisionTreeClassifier": [{"max_depth": [5]}],
        "RandomForestClassifier": [{"n_estimators": [10]}],
        "KNeighborsClassifier": [{"n_neighbors": [3]}],
        "LogisticRegression": [],
        "SVC": [],
        "HistGradientBoostingClassifier": [{"max_iter": [5]}],
        "MLPClassifier": [{"hidden_layer_sizes": ["(20,)"], "max_iter": [20]}],
    }
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--program", type=pathlib.Path)
    args = parser.parse_args()
    makers = [kmnist, emnist, qmnist, medmnist, openml, hugging_face, table, pictures]
    args.out.mkdir(parents=True)
    config = args.out / "config.json"
    config.write_text(json.dumps(CONFIG))
    failures = []
    for maker in makers:
        folder = args.out / maker.__name__
        folder.mkdir()
        data = [str(arg) for arg in maker(folder, np.random.default_rng(0))]
        if args.program is None:
            continue
        name = maker.__name__.replace("_", "-") + "-like"
        rows = args.out / f"{name}.jsonl"
        report_data = [arg for arg in data if arg != "--transpose"]
        commands = [
            ["data", "info", *data],
            ["run", str(config), *data, "--dataset", name, "--results", str(rows)],
            ["embed", "--method", "pca", "--out", str(args.out / f"{name}.svg"), *data],
            ["data", "convert", "--to", "npz", "--out", str(args.out / f"{name}-npz"), *data],
            ["report", str(rows), "--out", str(args.out / f"{name}-report"), *report_data],
        ]
        for command in commands:
            done = subprocess.run([str(args.program), *command], capture_output=True, text=True)
            print(f"{'ok' if done.returncode == 0 else 'FAILED':6} {name}: {command[0]} {command[1]}")
            if done.returncode != 0:
                failures.append(command)
                print(done.stdout[-3000:], done.stderr[-3000:])
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
