"""The command line: nouns then verbs, ``--json`` everywhere, exit codes that scripts can use.

Exit codes: 0 done; 1 findings that fail ``--fail-on``; 2 bad use; 3 bad data; 4 the store can't do
it now; 130 interrupted; 141 nobody reads the output any more. Heavy imports happen inside the
commands, so that help is quick.
"""

import sys
from io import TextIOWrapper

from redball.cli.program import program

__all__ = ["main"]

INTERRUPTED = 130


def main() -> None:
    """Run the command line and turn errors into a message and an exit code."""
    _tolerate_encoding()
    try:
        program()
    except SystemExit as end:
        if end.code == INTERRUPTED:
            sys.stderr.write(
                "\nInterrupted; nothing was left half done. What a --journal holds stays done.\n"
            )
        raise
    except Exception as error:  # noqa: BLE001 - narrowed below; naming the class here costs 0.15 s
        sys.exit(_exit_code(error))


def _tolerate_encoding() -> None:
    """Show what a terminal that is not UTF-8 lacks as escapes, rather than fail half-way."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # none where it was closed
            stream.reconfigure(errors="backslashreplace")


def _exit_code(error: Exception) -> int:
    """Report an error of ours or of the system; anything else is a defect and goes on as it is."""
    from redball.cli.output import report_error
    from redball.model.errors import BadUse, RedballError

    if isinstance(error, OSError) and error.strerror:
        error = BadUse(
            f"It can't be read or written: {error.strerror}.",
            where=str(error.filename or "output"),
            mend="Check the path, its permissions and the room on the disk.",
        )
    if not isinstance(error, RedballError):
        raise error
    report_error(error)
    return error.exit_code
