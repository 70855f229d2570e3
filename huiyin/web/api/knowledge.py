"""The knowledge base: answers for everybody and for staff, documents, duty telephones, tasks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from annotated_types import Ge, Len
from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, StringConstraints, with_config
from typing_extensions import TypedDict

from huiyin.kernel import clock
from huiyin.kernel.errors import NotFound
from huiyin.knowledge import actions, article_queries, policy
from huiyin.knowledge.actions import AnswerText
from huiyin.knowledge.actions.answers import LONGEST_BODY, LONGEST_TITLE, MOST_WORDINGS
from huiyin.knowledge.article_queries import Suggested
from huiyin.knowledge.article_states import UseKind, Visibility
from huiyin.knowledge.models import Article, KnowledgeTask
from huiyin.orgs.actors import CITIZEN
from huiyin.orgs.policy import require
from huiyin.orgs.states import Perm
from huiyin.web import tries
from huiyin.web.api import order_telling as telling
from huiyin.web.api import reading
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import BODY, endpoint
from huiyin.web.api.inputs import Code, Day
from huiyin.web.api.words import asked, said, shape
from huiyin.web.gaps import note_gap
from huiyin.worktime.calendar import SHANGHAI

router = Router(tags=["知识库"])
Words = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Note = Annotated[str, StringConstraints(max_length=500)]
MOST_FOUND = 10


@with_config(shape("一条问答"))
class AnswerTold(TypedDict):
    """A published answer."""

    id: Annotated[int, said("编号")]
    code: Annotated[str, said("编码")]
    question: Annotated[str, said("问题")]
    answer: Annotated[str, said("答复")]
    wordings: Annotated[list[str], said("其他问法")]
    category: Annotated[str, said("分类编码；空为不限")]
    unit: Annotated[str, said("所属单位编码；空为热线中心")]
    visibility: Annotated[Visibility, said("public 公开，staff 内部")]
    source: Annotated[str, said("依据的文件编码")]
    clause: Annotated[str, said("条款")]
    review_on: Annotated[date | None, said("核对日期")]
    expires_on: Annotated[date | None, said("当日起失效；空为长期")]
    published_at: Annotated[datetime | None, said("发布时间；空为未发布")]


@with_config(shape("一条相近的问答"))
class Hit(TypedDict):
    """An answer that fits a question."""

    score: Annotated[float, said("相近程度，0 到 1")]
    because: Annotated[list[str], said("共有的词")]
    article: Annotated[AnswerTold, said("问答")]


@with_config(shape("相近的问答"))
class HitList(TypedDict):
    """The answers that fit a question."""

    hits: Annotated[list[Hit], said("最相近的在前；没有把握时为空")]


@with_config(shape("一份文件"))
class DocumentTold(TypedDict):
    """A version of a document."""

    code: Annotated[str, said("编码")]
    kind: Annotated[str, said("policy 政策文件，rule 工作制度，procedure 岗位规程")]
    title: Annotated[str, said("标题")]
    number: Annotated[str, said("文号")]
    issuer: Annotated[str, said("发文单位")]
    valid_from: Annotated[date, said("生效日期")]
    valid_to: Annotated[date | None, said("当日起失效；空为现行")]
    roles: Annotated[list[str], said("对应岗位")]


@with_config(shape("制度文件"))
class DocumentList(TypedDict):
    """The documents in force."""

    documents: Annotated[list[DocumentTold], said("按种类和编码排列")]


@with_config(shape("一个值班电话"))
class DutyTold(TypedDict):
    """Whom to call at once."""

    code: Annotated[str, said("编码")]
    unit: Annotated[str, said("单位编码")]
    matter: Annotated[str, said("事项")]
    categories: Annotated[list[str], said("分类编码")]
    phone: Annotated[str, said("电话；空为待填")]
    on_duty: Annotated[bool, said("现在有人值守")]
    hint: Annotated[str, said("自救提示")]


@with_config(shape("值班电话"))
class DutyList(TypedDict):
    """The duty directory."""

    duties: Annotated[list[DutyTold], said("按编码排列")]


@with_config(shape("一个知识待办"))
class KnowledgeTaskTold(TypedDict):
    """Something missing or doubtful."""

    id: Annotated[int, said("编号")]
    kind: Annotated[
        str, said("gap 查不到，frequent 常问，review_due 到期，wrong 不对，source_changed 文件变了")
    ]
    words: Annotated[str, said("事由")]
    unit: Annotated[str, said("责任单位编码；空为热线中心")]
    times: Annotated[int, said("次数")]
    due_at: Annotated[datetime | None, said("应处理时间")]
    state: Annotated[str, said("open 待处理，done 已处理，dismissed 不需要")]


@with_config(shape("知识待办"))
class TaskList(TypedDict):
    """The open tasks of one's unit."""

    tasks: Annotated[list[KnowledgeTaskTold], said("次数多的在前，最多 100 个")]


class AnswerQuery(BaseModel):
    """A question."""

    model_config = asked("要找答复的问题")

    q: Annotated[Words, said("问题，像市民那样写")]


class AnswerOpinionIn(BaseModel):
    """What a reader says of an answer."""

    model_config = asked("对一条答复的评判", {"kind": "right"})

    kind: Annotated[Literal[UseKind.RIGHT, UseKind.WRONG], said("right 有用，wrong 不对")]
    note: Annotated[Annotated[str, StringConstraints(max_length=200)], said("哪里不对")] = ""


class WrittenAnswerIn(BaseModel):
    """What an editor writes."""

    model_config = asked(
        "一条问答的草稿",
        {"question": "暖气不热怎么办？", "answer": "先看阀门。", "unit": "304", "category": "0404"},
    )

    question: Annotated[Annotated[str, StringConstraints(max_length=LONGEST_TITLE)], said("问题")]
    answer: Annotated[
        Annotated[str, StringConstraints(max_length=LONGEST_BODY)], said("答复；草稿可空")
    ] = ""
    wordings: Annotated[
        Annotated[
            list[Annotated[str, StringConstraints(max_length=LONGEST_TITLE)]],
            Len(max_length=MOST_WORDINGS),
        ],
        said("其他问法"),
    ] = []  # noqa: RUF012 - pydantic copies it
    category: Annotated[Code, said("分类编码")] = ""
    unit: Annotated[Code, said("所属单位编码；空为热线中心")] = ""
    visibility: Annotated[Visibility, said("public 公开，staff 内部")] = Visibility.PUBLIC
    source: Annotated[Code, said("依据的文件编码")] = ""
    clause: Annotated[Annotated[str, StringConstraints(max_length=60)], said("条款")] = ""
    review_on: Annotated[Day | None, said("核对日期")] = None
    expires_on: Annotated[Day | None, said("当日起失效")] = None


class StepIn(BaseModel):
    """A step of an answer's life."""

    model_config = asked("办理一步", {"note": "已核对"})

    note: Annotated[Note, said("原因；退回、撤下、作废必填")] = ""
    number: Annotated[Annotated[int, Ge(0)], said("看到的版本号；0 为不核对")] = 0


class CloseIn(BaseModel):
    """How a task ends."""

    model_config = asked("处理一个待办", {"dismissed": False, "note": "已写问答"})

    dismissed: Annotated[bool, said("true 为不需要，须写明原因")] = False
    note: Annotated[Note, said("说明")] = ""


@endpoint(
    router,
    "GET",
    "/public/answers",
    summary="市民找答复",
    public=True,
    problems=(422, 429),
    about="无需登录。按词和字找最相近的公开答复；没有把握时为空，问题记为缺口。按网络地址限制次数。",
)
def ask_public(request: HttpRequest, query: Query[AnswerQuery]) -> HitList:
    """Find the answers that everybody may read."""
    now = clock.now()
    tries.question(request, now)
    found = article_queries.suggest(query.q, now, staff=False, most=MOST_FOUND, always=True)
    if not found:
        note_gap(query.q, by=CITIZEN, now=now)
    return _hits(found)


@endpoint(
    router,
    "POST",
    "/public/answers/{code}/opinion",
    summary="市民评判答复",
    public=True,
    problems=(*BODY, 404, 429),
    about="无需登录。按网络地址限制次数。",
)
def judge_public(request: HttpRequest, code: str, body: AnswerOpinionIn) -> AnswerTold:
    """Note whether an answer has helped."""
    now = clock.now()
    tries.opinion(request, now)
    article = article_queries.answer_by_code(code[:40], now)
    if article is None:
        raise NotFound("没有这条答复，或已撤下")
    actions.record_use(article.pk, UseKind(body.kind), by=CITIZEN, now=now, note=body.note)
    return _told(article)


@endpoint(router, "GET", "/answers", summary="找问答", problems=(422,))
def find_answers(request: ApiRequest, query: Query[AnswerQuery]) -> HitList:  # noqa: ARG001
    """Find the answers that staff may read."""
    found = article_queries.suggest(query.q, clock.now(), staff=True, most=MOST_FOUND, always=True)
    return _hits(found)


@endpoint(router, "GET", "/answers/{key}", summary="一条问答", problems=(404,))
def read_answer(request: ApiRequest, key: int) -> AnswerTold:
    """Return one answer: published, or one's own to work on."""
    return _told(_visible(request, key))


@endpoint(
    router,
    "POST",
    "/answers",
    summary="起草问答",
    problems=BODY,
    statuses=(200,),
    about="只存草稿，由所属单位另一人审核发布。编辑可写全部，单位写自己的。",
)
def write_answer(request: ApiRequest, body: WrittenAnswerIn) -> AnswerTold:
    """Store a draft."""
    by = request.auth.actor
    version = actions.write_answer(_written(body), by=by, now=clock.now())
    return _told(version.article)


@endpoint(
    router,
    "POST",
    "/answers/{key}/revise",
    summary="修改问答",
    problems=(*BODY, 404, 409),
    about="修改草稿，或在已发布的旁边起草新版；发布之前读者看到的不变。",
)
def revise_answer(request: ApiRequest, key: int, body: WrittenAnswerIn) -> AnswerTold:
    """Change the draft or begin the next version."""
    _visible(request, key)
    by = request.auth.actor
    actions.revise_answer(key, _written(body), by=by, now=clock.now())
    return _told(_visible(request, key))


@endpoint(
    router,
    "POST",
    "/answers/{key}/{verb}",
    summary="办理问答",
    problems=(*BODY, 404, 409),
    about="submit 送审，publish 发布，send_back 退回，confirm 核对，withdraw 撤下，drop 作废。",
)
def move_answer(request: ApiRequest, key: int, verb: str, body: StepIn) -> AnswerTold:
    """Take one step."""
    _visible(request, key)
    by = request.auth.actor
    actions.take_step(key, verb, by=by, now=clock.now(), note=body.note, number=body.number)
    article = article_queries.answer_by_key(key)
    assert article is not None  # noqa: S101 - it was there a moment ago and is never deleted
    return _told(article)


@endpoint(router, "GET", "/documents", summary="制度文件")
def list_documents(request: ApiRequest) -> DocumentList:  # noqa: ARG001
    """Return the documents in force."""
    day = clock.now().astimezone(SHANGHAI).date()
    return {
        "documents": [
            {
                "code": row.code,
                "kind": row.kind,
                "title": row.title,
                "number": row.number,
                "issuer": row.issuer,
                "valid_from": row.valid_from,
                "valid_to": row.valid_to,
                "roles": row.roles,
            }
            for row in article_queries.documents(None, "", day)
        ]
    }


@endpoint(router, "GET", "/duty", summary="值班电话")
def list_duty(request: ApiRequest) -> DutyList:  # noqa: ARG001
    """Return whom to call at once."""
    now = clock.now()
    return {
        "duties": [
            {
                "code": row.code,
                "unit": row.unit.code,
                "matter": row.matter,
                "categories": row.categories,
                "phone": row.phone,
                "on_duty": article_queries.on_duty(row, now),
                "hint": row.hint,
            }
            for row in article_queries.duties_now()
        ]
    }


@endpoint(router, "GET", "/knowledge-tasks", summary="知识待办")
def list_knowledge_tasks(request: ApiRequest) -> TaskList:
    """Return the open tasks of one's own unit, all of them for editors."""
    rows = article_queries.tasks(request.auth.actor)[:100]
    return {"tasks": [_task(row) for row in rows]}


@endpoint(
    router,
    "POST",
    "/knowledge-tasks/{key}/close",
    summary="处理知识待办",
    problems=(*BODY, 404, 409),
    about="需要权限 console.content，或 order.handle 且为本单位的。",
)
def close_knowledge_task(request: ApiRequest, key: int, body: CloseIn) -> KnowledgeTaskTold:
    """Close a task."""
    by = request.auth.actor
    if not {Perm.CONTENT, Perm.HANDLE} & by.perms:
        require(by, Perm.CONTENT)
    return _task(
        actions.close_task(key, by=by, now=clock.now(), note=body.note, dismissed=body.dismissed)
    )


def _visible(request: ApiRequest, key: int) -> Article:
    article = article_queries.answer_by_key(key)
    if article is None or (
        article.published_at is None and not policy.may_read_drafts(request.auth.actor, article)
    ):
        raise NotFound("没有这条问答")
    return article


def _written(body: WrittenAnswerIn) -> AnswerText:
    return AnswerText(
        title=body.question,
        body=body.answer,
        wordings=tuple(body.wordings),
        category=reading.category(body.category),
        unit=reading.unit(body.unit, "unit") if body.unit else None,
        visibility=body.visibility,
        source=body.source,
        clause=body.clause,
        review_on=body.review_on,
        expires_on=body.expires_on,
    )


def _hits(found: list[Suggested]) -> HitList:
    return {
        "hits": [
            {"score": each.score, "because": list(each.because), "article": _told(each.article)}
            for each in found
        ]
    }


def _told(article: Article) -> AnswerTold:
    return {
        "id": article.pk,
        "code": article.code,
        "question": article.title,
        "answer": article.body,
        "wordings": article.wordings,
        "category": article.category.code if article.category else "",
        "unit": article.unit.code if article.unit else "",
        "visibility": Visibility(article.visibility),
        "source": article.source_code,
        "clause": article.clause,
        "review_on": article.review_on,
        "expires_on": article.expires_on,
        "published_at": telling.local(article.published_at),
    }


def _task(row: KnowledgeTask) -> KnowledgeTaskTold:
    return {
        "id": row.pk,
        "kind": row.kind,
        "words": row.words,
        "unit": row.unit.code if row.unit else "",
        "times": row.times,
        "due_at": telling.local(row.due_at),
        "state": row.state,
    }
