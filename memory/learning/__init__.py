"""How something is learned, without a database: words for models, their answers, patterns."""
