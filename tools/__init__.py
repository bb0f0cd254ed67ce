"""What maintainers run: `tools.build` (lessons to notebooks) and `tools.scoreboard` (claims over many seeds)."""
