"""The command line: nouns then verbs, ``--json`` everywhere, exit codes that scripts can use.

Exit codes: 0 done; 1 findings that fail ``--fail-on``; 2 bad use; 3 bad data; 4 the store can't do
it now; 130 interrupted. Heavy imports happen inside the commands, so that help is quick.
"""

import sys

from redball.cli.program import program

__all__ = ["main"]

INTERRUPTED = 130


def main() -> None:
    """Run the command line and turn errors into a message and an exit code."""
    try:
        program()
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted; nothing was left half done.\n")
        sys.exit(INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - narrowed below; naming the class here costs 0.15 s
        sys.exit(_exit_code(error))


def _exit_code(error: Exception) -> int:
    """Report an error of ours; anything else is a defect and goes on as it is."""
    from redball.cli.output import report_error
    from redball.model.errors import RedballError

    if not isinstance(error, RedballError):
        raise error
    report_error(error)
    return error.exit_code
