"""Both walls of the fence, each alone and at its edges."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.fence import NoOrganization, fenced
from accounts.models import ApiKey, Membership, Organization
from tests.cast import House


def test_members_see_only_their_own_organization(house: House, neighbours: House) -> None:
    with house.inside():
        assert {m.organization_id for m in Membership.objects.all()} == {house.organization.pk}
        assert list(Organization.objects.all()) == [house.organization]


def test_rows_are_not_read_without_an_organization(house: House) -> None:
    with pytest.raises(NoOrganization):
        Membership.objects.count()


def test_the_database_alone_hides_foreign_rows(house: House, neighbours: House) -> None:
    with house.inside("admin"):
        assert Membership._base_manager.exclude(user=house.admin).count() == 5
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM accounts_organizationkey")
            assert cursor.fetchone() == (1,)


def test_the_database_shows_nothing_outside_the_fence(house: House) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_membership")
        assert cursor.fetchone() == (0,)


def test_writing_into_another_organization_is_refused(house: House, neighbours: House) -> None:
    with house.inside(), pytest.raises(DatabaseError), transaction.atomic():
        ApiKey.objects.create(
            user=house.owner, organization=neighbours.organization, name="x", public_id="x"
        )


def test_an_inner_fence_gives_the_outer_back(house: House, neighbours: House) -> None:
    with house.inside():
        with neighbours.inside():
            assert Membership.objects.filter(user=neighbours.owner).exists()
        assert Membership.objects.filter(user=house.owner).exists()
        assert not Membership.objects.filter(user=neighbours.owner).exists()


def test_a_failing_inner_fence_gives_the_outer_back(house: House, neighbours: House) -> None:
    with house.inside():
        with pytest.raises(ZeroDivisionError), neighbours.inside():
            raise ZeroDivisionError
        assert Membership.objects.filter(user=house.owner).exists()


def test_a_queryset_follows_the_call_that_runs_it(house: House, neighbours: House) -> None:
    early = Membership.objects.filter(role="owner")
    with house.inside():
        assert [m.user for m in early.all()] == [house.owner]
    with neighbours.inside():
        assert [m.user for m in early.all()] == [neighbours.owner]


def test_the_fence_nests_without_another_round_trip(
    house: House, django_assert_num_queries: object
) -> None:
    with house.inside(), django_assert_num_queries(2), fenced():  # type: ignore[operator]
        pass  # a savepoint and its release
