"""Thanks received 锦旗、感谢信: banners, letters, calls, messages."""
