"""Where the old thread below a message begins: the separators that mail programs write."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.documents.assemble import Draft

ATTRIBUTION = re.compile(
    r"^\s*(?:On\b.{4,200}\bwrote|Am\b.{4,200}\bschrieb\b.{0,120}|Le\b.{4,200}\ba écrit|.{4,120}写道|.{4,160}님이? ?작성"
    r"|.{4,160}のメッセージ)\s*[:：]", re.DOTALL | re.IGNORECASE)
SEPARATOR = re.compile(
    r"^\s*[-_]{2,}\s*(?:Original Message|Original-?Nachricht|Ursprüngliche Nachricht|Message d'origine"
    r"|原始邮件|원본 메시지"
    r"|元のメッセージ)\s*[-_]{2,}", re.IGNORECASE)
FORWARDED = re.compile(
    r"^\s*[-_]{2,}\s*(?:Forwarded message|Forwarded by|Weitergeleitete Nachricht|Message transféré|转发的邮件|转发邮件"
    r"|転送されたメッセージ|전달된 메시지)", re.IGNORECASE)
_FROM = re.compile(r"^\s*\**(?:From|Von|De|发件人|보낸 사람|差出人)\**\s*[:：]\s*\S", re.IGNORECASE)
_SENT = re.compile(r"^\s*\**(?:Sent|Gesendet|Envoyé|Date|Datum|发送时间|日期|보낸 날짜|送信日時)\**\s*[:：]\s*\S",
                   re.IGNORECASE)


def begins_old_thread(lines: Sequence[str], at: int) -> bool:
    """Whether line `at` begins a quoted older message."""
    if SEPARATOR.match(lines[at]):
        return True
    if re.match(r"\s*(On|Am|Le)\b|.{4,160}(写道|작성|のメッセージ)", lines[at], re.IGNORECASE) \
            and ATTRIBUTION.match("\n".join(lines[at:at + 3])):
        return True
    return bool(_FROM.match(lines[at])) and any(_SENT.match(line) for line in lines[at + 1:at + 4])


def mark_quoted_tail(drafts: Sequence[Draft]) -> None:
    """Mark as quoted all blocks from the first separator on, for HTML bodies of messages."""
    for number, draft in enumerate(drafts):
        lines = draft.text.split("\n")
        if draft.kind == "paragraph" and begins_old_thread(lines, 0):
            for old in drafts[number:]:
                if old.kind in ("paragraph", "list_item", "heading", "cell"):
                    old.kind = "quoted"
                    old.table = old.row = old.column = old.cell = None
            return
