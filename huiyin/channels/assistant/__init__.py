"""The optional language model 语言模型助手: drafts that people confirm; off unless asked for."""
