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
    LimitRow,
    ParameterRow,
    PastRewritten,
    sync_catalogue,
    sync_limits,
    sync_parameters,
)
from huiyin.knowledge.actions.listed import (
    ArticleRow,
    CategoryRow,
    ReasonRow,
    sync_articles,
    sync_categories,
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
    "LimitRow",
    "ParameterRow",
    "PastRewritten",
    "ReasonRow",
    "sync_articles",
    "sync_catalogue",
    "sync_categories",
    "sync_limits",
    "sync_parameters",
    "sync_reasons",
]
