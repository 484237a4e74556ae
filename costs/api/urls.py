from django.urls import path
from rest_framework.routers import SimpleRouter

from costs.api import views

router = SimpleRouter(trailing_slash=False)
router.register("costs/usage", views.UsageViewSet, basename="usage")
router.register("costs/bills", views.BillViewSet, basename="bill")

urlpatterns = [
    path("costs/summary", views.SummaryView.as_view()),
    path("costs/breakdown", views.BreakdownView.as_view()),
    path("costs/trend", views.TrendView.as_view()),
    path("costs/reconciliation", views.ReconciliationView.as_view()),
    path("costs/sync", views.SyncView.as_view()),
    path("metrics/usage", views.UsageMetricsView.as_view()),
    path("metrics/costs", views.CostMetricsView.as_view()),
    *router.urls,
]
