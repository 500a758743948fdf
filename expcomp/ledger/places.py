"""Whether a file lies where several machines may write to it: on a share, or in a folder that a program syncs."""

from pathlib import Path

NETWORK = frozenset(
    "nfs nfs4 cifs smb3 smbfs smb2 afs ncpfs fuse.sshfs davfs fuse.davfs2 fuse.rclone ceph glusterfs lustre".split()
)
MOUNTS = Path("/proc/mounts")
SYNCED = (
    "dropbox", "onedrive", "google drive", "googledrive", "my drive", "icloud drive", "mobile documents", "box sync",
    "box", "nextcloud", "owncloud", "pcloud drive", "syncthing", "sync",
)  # fmt: skip


def shared(path: Path) -> str:
    """How it lies there: `on a network share (nfs)`, `in the synced folder "Dropbox"`; "" for a place of its own."""
    whole = path.absolute().resolve()
    for part in whole.parent.parts:
        folded = part.casefold()
        if folded in SYNCED or folded.startswith(("onedrive -", "dropbox (", "google drive -")):
            return f'in the synced folder "{part}"'
    kind = _file_system(whole)
    return f"on a network share ({kind})" if kind in NETWORK else ""


def _file_system(path: Path) -> str:
    """By the list of mounts, where the system has one."""
    try:
        rows = [row.split() for row in MOUNTS.read_text("utf-8", errors="replace").splitlines()]
    except OSError:
        return ""
    found = [(row[1].replace("\\040", " "), row[2]) for row in rows if len(row) > 2]
    over = [(len(place), kind) for place, kind in found if path.is_relative_to(place)]
    return max(over)[1] if over else ""
