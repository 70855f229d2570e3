"""Which agencies there are outside the units, and on which occasions they are told."""

from __future__ import annotations

from enum import StrEnum


class Agency(StrEnum):
    """联动部门类别."""

    PETITION = "petition"
    DISCIPLINE = "discipline"
    POLICE = "police"
    MEDIA = "media"
    OTHER = "other"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return AGENCIES[self]


AGENCIES = {
    Agency.PETITION: "信访部门",
    Agency.DISCIPLINE: "纪检监察机关",
    Agency.POLICE: "110 联动",
    Agency.MEDIA: "媒体",
    Agency.OTHER: "其他",
}


class Occasion(StrEnum):
    """通知事由."""

    REFERRAL = "referral"
    MEDIA = "media"
    RISK = "risk"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"referral": "问责移送", "media": "媒体监督", "risk": "风险提示"}[self.value]


# Who is offered on which occasion, the likeliest first; others are always there.
OFFERED = {
    Occasion.REFERRAL: (Agency.DISCIPLINE, Agency.OTHER),
    Occasion.MEDIA: (Agency.MEDIA, Agency.OTHER),
    Occasion.RISK: (Agency.PETITION, Agency.POLICE, Agency.OTHER),
}
TOPIC = "outside.notice"
"""Topic by which a notice asks to be sent: {notice}."""
