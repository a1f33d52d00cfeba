"""Texts that an author wrote in one language or in several."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar

from pydantic import (
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    RootModel,
    StringConstraints,
    ValidationInfo,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core import PydanticCustomError as Fault

from ccpolicy.errors import LANGUAGES, Message

UNNAMED = "und"
"""Stands for the language of a text whose author did not have to name it."""

Line = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
TAG = re.compile(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
Tag = Annotated[str, StringConstraints(pattern=TAG.pattern)]
"""A language as in BCP 47: `en`, `zh`, `de-CH`."""


class Text(RootModel[Annotated[dict[Tag, str], Field(min_length=1)]]):
    """A text by language: `{"en": "drill", "zh": "演练"}`."""

    model_config = ConfigDict(frozen=True)

    def text(self, language: str) -> str:
        """Return the text in a language; where there is none, in the author's first."""
        return self.root.get(language) or next(iter(self.root.values()))

    @classmethod
    def of(cls, words: Message | Text) -> Text:
        """Say a message in the program's languages, or take over a text."""
        if isinstance(words, Message):
            return Text({each: words.text(each) for each in LANGUAGES})
        # Valid already: hundreds of them stand in each assessment.
        return words if type(words) is Text else Text.model_construct(words.root)

    @property
    def order(self) -> list[tuple[str, str]]:
        """Sort key: by the languages' names, then by the texts."""
        return sorted(self.root.items())

    def __hash__(self) -> int:
        return hash(tuple(self.root.items()))


class WrittenText(Text):
    """A text as an author writes it: as it is where there is one language, else by language.

    Validated in the context `{"languages": [...]}` of a plan, it has each of these languages and
    no other.
    """

    root: dict[Tag, Line] = Field(min_length=1)
    is_same_in_all: ClassVar[bool] = False
    """Whether written once it holds for several languages, too."""

    @model_validator(mode="before")
    @classmethod
    def _by_language(cls, value: Any, info: ValidationInfo) -> Any:
        languages = (info.context or {}).get("languages")
        if isinstance(value, str):
            if languages and len(languages) > 1 and not cls.is_same_in_all:
                raise Fault("one_language", "{languages}", {"languages": ", ".join(languages)})
            return dict.fromkeys(languages or [UNNAMED], value)
        if languages and isinstance(value, dict):
            if missing := [each for each in languages if each not in value]:
                raise Fault("no_language", "{missing}", {"missing": missing[0]})
            if strange := [each for each in value if each not in languages]:
                raise Fault(
                    "strange_language",
                    "{strange}",
                    {"strange": str(strange[0]), "languages": ", ".join(languages)},
                )
            return {each: value[each] for each in languages}
        return value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        by_language = handler.resolve_ref_schema(handler(core_schema))
        description = by_language.pop("description", "")
        by_language["additionalProperties"] = False
        return {
            "anyOf": [{"type": "string", "minLength": 1}, by_language],
            "description": description,
        }


class Label(WrittenText):
    """A text, or a name that is the same in all languages: `P0001`, `NFPA 110`."""

    is_same_in_all = True
