"""Paths of searching and recalling."""

from django.urls import path

from memory.api import finding

urlpatterns = [
    path("memories/search", finding.SearchView.as_view(), name="memories-search"),
    path("context/search", finding.ContextSearchView.as_view(), name="context-search"),
    path("memories/recall", finding.RecallView.as_view(), name="memories-recall"),
    path(
        "memories/recall/feedback",
        finding.RecallFeedbackView.as_view(),
        name="recall-feedback",
    ),
    path("memory/embedding", finding.EmbeddingView.as_view(), name="memory-embedding"),
]
