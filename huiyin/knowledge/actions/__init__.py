"""Everything that changes the tree of matters, the dated rules, reasons and articles."""

from huiyin.knowledge.actions.articles import (
    ArticleText,
    create_article,
    edit_article,
    publish_article,
    withdraw_article,
)
from huiyin.knowledge.actions.dated import (
    CatalogueRow,
    ClassRow,
    LimitRow,
    ParameterRow,
    PastRewritten,
    ScoringRow,
    sync_catalogue,
    sync_classes,
    sync_limits,
    sync_parameters,
    sync_scoring,
)
from huiyin.knowledge.actions.listed import (
    ArticleRow,
    CategoryRow,
    LineRow,
    ReasonRow,
    sync_articles,
    sync_categories,
    sync_lines,
    sync_reasons,
)

__all__ = [
    "withdraw_article",
    "publish_article",
    "edit_article",
    "create_article",
    "ArticleText",
    "ArticleRow",
    "CatalogueRow",
    "CategoryRow",
    "ClassRow",
    "LimitRow",
    "LineRow",
    "ParameterRow",
    "PastRewritten",
    "ReasonRow",
    "ScoringRow",
    "sync_articles",
    "sync_catalogue",
    "sync_categories",
    "sync_classes",
    "sync_limits",
    "sync_lines",
    "sync_parameters",
    "sync_reasons",
    "sync_scoring",
]
