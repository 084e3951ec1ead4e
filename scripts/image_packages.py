"""usage: image_packages.py BOOSTYARD LIBRARY... > packages.cdx.json

The bill of materials of the image as CycloneDX, which scanners read: a scratch image has no package
database. LIBRARY is the path of a shared library of this system that goes into the image; its Debian
package and version come from dpkg. BOOSTYARD is the program: whether the CUDA runtime is compiled in
is read from it.
"""
import json
import os
import re
import subprocess
import sys

# Compiled into the program; the package whose files the compiler reads.
COMPILED_IN = ["libarchive-dev", "libcli11-dev", "libfast-float-dev", "libprotobuf-dev",
               "libzstd-dev", "nlohmann-json3-dev", "zlib1g-dev"]


def pinned(script, pattern):
    """The version that one of the fetching scripts pins."""
    with open(os.path.join("cmake", script)) as text:
        return re.search(pattern, text.read(), re.M).group(1)


def dpkg(*arguments):
    return subprocess.run(["dpkg-query", *arguments], capture_output=True, text=True)


def owner(library):
    """The package of a library, which it may record with or without the /usr of a merged system."""
    for path in (library, "/usr" + library, library.removeprefix("/usr")):
        found = dpkg("-S", path)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    raise SystemExit(f"image_packages: no package owns {library}")


def component(name, version, purl, files=()):
    result = {"type": "library", "name": name, "version": version, "purl": purl}
    if files:
        result["properties"] = [{"name": "boostyard:file", "value": file} for file in files]
    return result


def debian(package, files=()):
    shown = dpkg("-W", "-f", "${Version}\t${Architecture}", package)
    shown.check_returncode()
    version, architecture = shown.stdout.split("\t")
    return component(package, version,
                     f"pkg:deb/debian/{package}@{version}?arch={architecture}&distro=bookworm", files)


def main():
    program, *libraries = sys.argv[1:]
    with open("VERSION") as text:
        ours = text.read().strip()
    files = {}
    arrow = [library for library in libraries if "/arrow-" in library]
    for library in sorted(set(libraries) - set(arrow)):
        in_image = library if "ld-linux" in library else "/usr/lib/" + os.path.basename(library)
        files.setdefault(owner(library), []).append(in_image)
    components = [debian(package, sorted(files[package])) for package in sorted(files)]
    components += [debian(package) for package in COMPILED_IN]
    xgboost = pinned("fetch_xgboost.sh", r"^readonly VERSION=(\S+)")
    components.append(component("xgboost-cpu", xgboost, f"pkg:pypi/xgboost-cpu@{xgboost}",
                                ["/usr/lib/libxgboost.so"]))
    if arrow:
        version = pinned("fetch_arrow.sh", r"^readonly VERSION=(\S+)")
        components.append(component("pyarrow", version, f"pkg:pypi/pyarrow@{version}",
                                    ["/usr/lib/" + os.path.basename(file) for file in arrow]))
        components.append(component("boostyard-parquet", ours, f"pkg:generic/boostyard-parquet@{ours}",
                                    ["/usr/lib/libboostyard_parquet.so"]))
    with open(program, "rb") as binary:
        if b"cudaMalloc" in binary.read():
            cuda = pinned("fetch_cuda.sh", r"^nvidia-cuda-runtime==(\S+)")
            components.append(component("nvidia-cuda-runtime", cuda,
                                        f"pkg:pypi/nvidia-cuda-runtime@{cuda}"))
    json.dump({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
               "metadata": {"component": {"type": "container", "name": "boostyard",
                                          "version": ours}},
               "components": components}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
