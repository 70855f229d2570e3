"""Who may write, review and read what in the knowledge base."""

from __future__ import annotations

from huiyin.kernel.errors import NotAllowed
from huiyin.knowledge.article_states import ArticleStep, Side
from huiyin.knowledge.models import Article, ArticleVersion, KnowledgeTask
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit
from huiyin.orgs.policy import roles_with
from huiyin.orgs.states import Perm


def may_write(actor: Actor, unit: Unit | None) -> bool:
    """Tell whether the actor may write an answer that ``unit`` owns.

    The editors of the centre write everything; a unit writes what is its own.

    Source: R-352 (requirement 98; handbook domain.md 1.2 (一): units keep knowledge current).
    """
    if Perm.CONTENT in actor.perms:
        return True
    return Perm.HANDLE in actor.perms and _below(actor, unit)


def may_review(actor: Actor, unit: Unit | None) -> bool:
    """Tell whether the actor may publish and withdraw an answer that ``unit`` owns.

    The unit's leader does; what no unit owns, an editor of the centre does.

    Source: R-352 (requirement 98; handbook domain.md 1.2 (一): units keep knowledge current).
    """
    if unit is None:
        return Perm.CONTENT in actor.perms
    return Perm.SIGN_OFF in actor.perms and _below(actor, unit)


def steps_for(actor: Actor, version: ArticleVersion) -> list[ArticleStep]:
    """Return the steps that the actor may take with a version now."""
    from huiyin.knowledge.article_states import STEPS

    return [
        step for step in STEPS
        if version.standing in step.before and not refusal(actor, step, version)
    ]  # fmt: skip


def refusal(actor: Actor, step: ArticleStep, version: ArticleVersion) -> str:
    """Return why the actor may not take a step with a version, or nothing."""
    unit = version.unit
    if step.by is Side.SYSTEM:
        return "这一步由系统办理"
    if step.by is Side.WRITER and not may_write(actor, unit):
        return f"请由{unit or '热线中心'}或内容编辑办理"
    if step.by is Side.REVIEWER and not may_review(actor, unit):
        owner = f"{unit}的{roles_with(Perm.SIGN_OFF)}" if unit else roles_with(Perm.CONTENT)
        return f"请由{owner}办理"
    if step.two_people and actor.staff and version.written_by_id == actor.staff.pk:
        return "起草人不能审核自己写的内容，请由另一人审核"
    return ""


def require_step(actor: Actor, step: ArticleStep, version: ArticleVersion) -> None:
    """Raise NotAllowed unless the actor may take the step with a version.

    Source: R-353 (handbook domain.md 1.2 (一), 3.4; own default: two people).
    """
    if why := refusal(actor, step, version):
        raise NotAllowed("您不能这样办理", remedy=why)


def may_close_task(actor: Actor, task: KnowledgeTask) -> bool:
    """Tell whether the actor may close a task: who may write for its unit."""
    return may_write(actor, task.unit)


def may_read_drafts(actor: Actor, article: Article) -> bool:
    """Tell whether the actor sees what is not published: who may write or review it."""
    return may_write(actor, article.unit) or may_review(actor, article.unit)


def _below(actor: Actor, unit: Unit | None) -> bool:
    own = actor.unit
    return bool(own and unit and (unit.pk == own.pk or unit.path.startswith(own.path)))
