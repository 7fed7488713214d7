"""What a folder holds, to be compared before and after."""


def content(folder):
    """Every file's bytes, but for lock files, which are empty."""
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }
