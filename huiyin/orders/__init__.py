"""The work order (工单): states, steps, clocks, history, assignments, attachments, numbers.

Must not know SMS, scoring, phones.
"""
