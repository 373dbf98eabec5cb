"""What a command is about to write: shown before anything is written, and nothing that is there is overwritten."""

import difflib
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import jinja2

PROJECT = Path(__file__).resolve().parents[2]
# Templates of dbt models hold dbt's own Jinja, so theirs has other signs.
TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    block_start_string="<%",
    block_end_string="%>",
    variable_start_string="<<",
    variable_end_string=">>",
    comment_start_string="<#",
    comment_end_string="#>",
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    undefined=jinja2.StrictUndefined,
)
TODO = re.compile(r"\bTODO\b")


class RefusedError(Exception):
    """What cannot be done, and what to do instead."""


def quote(text: str) -> str:
    """Return a text as a YAML scalar in single quotes."""
    return "'" + str(text).replace("'", "''") + "'"


TEMPLATES.filters["quote"] = quote


def render(template: str, **values: object) -> str:
    """Return a template filled in, without lines of blanks only."""
    text = TEMPLATES.get_template(template).render(**values)
    return re.sub(r"[ \t]+$", "", text, flags=re.M)


@dataclass
class Plan:
    """New files and changed ones, by their path below the project."""

    project: Path = PROJECT
    created: dict[str, str] = field(default_factory=dict)
    changed: dict[str, str] = field(default_factory=dict)
    copied: list[tuple[str, str]] = field(default_factory=list)

    def create(self, path: str, text: str) -> None:
        """Add a file that must not be there yet."""
        if (self.project / path).exists() or path in self.created:
            raise RefusedError(f"{path} is there already; nothing was written.")
        self.created[path] = text

    def read(self, path: str) -> str:
        """Return a file as it will be."""
        for texts in (self.created, self.changed):
            if path in texts:
                return texts[path]
        return (self.project / path).read_text(encoding="utf-8")

    def exists(self, path: str) -> bool:
        """Return whether a file is there or will be."""
        return path in self.created or (self.project / path).exists()

    def change(self, path: str, text: str) -> None:
        """Replace the text of a file by one that says more."""
        if path in self.created:
            self.created[path] = text
        elif text != (self.project / path).read_text(encoding="utf-8"):
            self.changed[path] = text

    def show(self, whole: bool = False) -> None:
        """Print what will be written; whole: the new files with their text."""
        for source, target in self.copied:
            print(f"  copy    {target}   <- {source}")
        for path, text in self.created.items():
            print(f"  new     {path}   ({text.count(chr(10))} lines)")
            if whole:
                print("".join(f"          {line}\n" for line in text.splitlines()))
        for path in self.changed:
            print(f"  change  {path}")
        self.show_changes()

    def show_changes(self) -> None:
        """Print the changed files as a diff."""
        for path, text in self.changed.items():
            before = (self.project / path).read_text(encoding="utf-8")
            sys.stdout.writelines(
                line if line.endswith("\n") else line + "\n"
                for line in difflib.unified_diff(
                    before.splitlines(keepends=True),
                    text.splitlines(keepends=True),
                    f"a/{path}",
                    f"b/{path}",
                    n=2,
                )
            )

    def write(self) -> None:
        """Write it all."""
        for path, text in (self.created | self.changed).items():
            target = self.project / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")

    def todo_count(self) -> int:
        """Return how many texts are left to fill in, among the new files and the changes."""
        before = sum(len(TODO.findall((self.project / path).read_text())) for path in self.changed)
        texts = [*self.created.values(), *self.changed.values()]
        return sum(len(TODO.findall(text)) for text in texts) - before


def agreed(question: str, is_yes: bool) -> bool:
    """Ask for a yes; without a terminal, only `--yes` is one."""
    if is_yes:
        return True
    if not sys.stdin.isatty():
        print(f"{question} No terminal to ask at: nothing was written. Add --yes.", file=sys.stderr)
        return False
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
