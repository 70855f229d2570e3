"""Chinese names of jobs, of who hears of events, of the events, of messages and their ways."""

from __future__ import annotations

from huiyin.orders.states import BY_VERB

JOBS = {
    "assessment.bulletins.draft": "拟写到期的通报",
    "callcentre.telephony.remove_old_recordings": "删除到期的录音",
    "channels.messaging.forget": "清空不再需要的号码和消息内容",
    "channels.messaging.send": "发送到时的消息",
    "dispatch.duplicates.forget_sketches": "清理旧工单的内容指纹",
    "dispatch.duplicates.sketch_missing": "补算内容指纹",
    "dispatch.incidents.find_incidents": "发现群体诉求",
    "dispatch.learning.learn_from_orders": "从办结的工单学习",
    "followup.callbacks.ask_again": "再次请诉求人评价",
    "followup.filings.expire_filings": "备案到期",
    "followup.ladder.climb": "慢办的工单升一级",
    "followup.mandates.watch": "查看督办单和检查是否超期",
    "followup.replychecks.learn_from_audits": "从审核结论学习",
    "followup.supervision.ask_for_calls": "列出要打电话催办的单位",
    "followup.supervision.remind": "提醒临期和超期的单位",
    "followup.supervision.write_letters": "按期发提醒函",
    "followup.tasks.remind_tasks": "提醒临期和超期的任务",
    "insight.facts.close": "结转前一天",
    "kernel.upkeep.forget_old": "清理不再需要的记录",
    "knowledge.look_after_answers": "到期的问答下架、提醒核对",
    "orders.archive": "归档",
    "orders.carry_out_changes": "机构调整生效",
    "orders.learn_first_words": "新城市学习检索用的词语",
    "orders.learn_words": "学习检索用的词语",
    "orders.mark_overdue": "记录超期",
    "orders.recompute_provisional": "重新计算暂定的时限",
    "orders.resume_suspended": "到期的挂账恢复办理",
    "orders.suggest_articles": "常问而没有问答的，开待办",
}
CONSUMERS = {
    "duplicates": "查找相似诉求",
    "groups": "并单的各件",
    "live": "页面即时更新",
    "messaging": "短信和邮件",
    "outside": "通知外部联系人",
    "replychecks": "回复体检",
    "search": "检索",
}

TEMPLATES = {
    "registered": "已登记",
    "answered": "已答复",
    "referred": "告知渠道",
    "dispatched": "已转办",
    "progress": "有新进展",
    "extended": "期限调整",
    "replied_rating_link": "请看答复并评价",
    "redo": "重新办理",
    "closed": "已办结",
    "unsatisfied": "继续跟踪",
    "outside_referral": "问责移送通知",
    "outside_media": "媒体监督通知",
    "outside_risk": "风险提示通知",
}
DRIVERS = {"log": "只记录，不发出", "smtp": "邮件服务器", "http": "短信网关"}


def job(name: str) -> str:
    """Return what a job does, in words; its name for one that has none."""
    return JOBS.get(name, name)


def consumer(name: str) -> str:
    """Return who hears of an event, in words."""
    return CONSUMERS.get(name, name)


def topic(name: str) -> str:
    """Return what happened: the step of an order, or the name of the event."""
    kind, _, verb = name.partition(".")
    step = BY_VERB.get(verb) if kind == "order" else None
    return f"工单{step.label}" if step else name


def driver(name: str) -> str:
    """Return the way a message is sent, in words."""
    return DRIVERS.get(name, name)


def template(key: str) -> str:
    """Return what a message is about, in words."""
    return TEMPLATES.get(key, key)
