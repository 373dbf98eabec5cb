"""What of a record may stand on a page: keys and measures as they are, personal data not.

A column is personal when the project classes it so (`config.meta.pii`, its class the reason) or when its name is in
`PERSONAL`. Identifiers, texts and coordinates are left out; postcodes and cities keep their shape, because a defect
often lies in it. What nobody declared keeps its shape, too.
"""

import json
import re

# The names that are personal in this project, landed, typed or in gold, and what kind each is.
PERSONAL = {
    **dict.fromkeys(("customer_id", "customer_unique_id", "customer_key"), "identifier"),
    **dict.fromkeys(
        (
            *("zip_code_prefix", "customer_zip_code_prefix", "seller_zip_code_prefix"),
            "geolocation_zip_code_prefix",
        ),
        "postcode",
    ),
    **dict.fromkeys(
        (
            *("city", "customer_city", "seller_city", "geolocation_city", "raw_city"),
            "declared_city",
        ),
        "city",
    ),
    **dict.fromkeys(
        (
            *("review_comment_title", "review_comment_message", "comment_title"),
            "comment_message",
        ),
        "free_text",
    ),
    **dict.fromkeys(("latitude", "longitude", "geolocation_lat", "geolocation_lng"), "place"),
    # A hash of a person's place.
    **dict.fromkeys(("location_key", "customer_location_key", "seller_location_key"), "place"),
    # Of the whole record, personal fields included.
    "_record_hash": "identifier",
}
SHAPED = {"postcode", "city"}
LONGEST = 100


class Mask:
    """Shows values without personal data."""

    def __init__(self, classed: dict[str, str] | None = None, declared: set[str] | None = None):
        """classed: personal columns by the project's own word; declared: the names of all columns."""
        self.personal = {**PERSONAL, **(classed or {})}
        self.declared = declared

    def show(self, name: str, value: object) -> str:
        """A value as it may stand on a page."""
        if value is None or value == "":
            return "" if value is None else "(empty)"
        words = written(value)
        if name == "_rescued_data":
            return self.record(words)
        if name in ("_corrupt_record", "original_record"):
            return outline(words)
        kind = self.personal.get(name)
        if kind in SHAPED:
            return shape(words)
        if kind:
            return f"hidden ({len(words):,} characters)"
        if self.declared is not None and name not in self.declared and not name.startswith("_"):
            return shape(words)
        return cut(words)

    def fields(self, original: str | None) -> dict[str, str] | None:
        """The fields of a record that is JSON, masked; None when it is not."""
        try:
            fields = json.loads(original or "")
            rescued = json.loads(fields.pop("_rescued_data", None) or "{}")
        except (ValueError, AttributeError, TypeError):
            return None
        return {
            **{name: self.show(name, value) for name, value in fields.items()},
            # Nobody has said yet what an undeclared column holds.
            **{
                f"{name} (undeclared)": shape(str(value))
                for name, value in rescued.items()
                if name != "_operation"
            },
        }

    def record(self, original: str | None) -> str:
        """A record in one line: its fields when it is JSON, else the outline of its text."""
        fields = self.fields(original)
        if fields is None:
            return outline(original or "")
        return ", ".join(f"{name}: {value}" for name, value in fields.items())


def written(value: object) -> str:
    """A value as text: yes and no, no more decimals than one reads."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (
        f"{value:,.10g}"
        if isinstance(value, float) and value.is_integer()
        else (f"{value:,.2f}" if isinstance(value, float) else str(value))
    )


def shape(words: str) -> str:
    """Letters as x, digits as 9, the rest as it is."""
    return cut("".join("x" if c.isalpha() else "9" if c.isnumeric() else c for c in words))


def outline(words: str) -> str:
    """A line by its signs alone: each run of letters and digits is one x or 9, so no word keeps its length."""
    runs = re.sub(r"[^\W_]+", lambda run: "9" if run[0].isnumeric() else "x", words)
    return cut(runs)


def cut(words: str) -> str:
    """A text, cut when it is long."""
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}… ({len(words):,} characters)"
