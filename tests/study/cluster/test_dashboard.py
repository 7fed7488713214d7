"""The door to Ray's dashboard: it opens for who knows the token, and for nobody else."""

import os
import platform

import pytest
import requests

from study.cluster.dashboard import COOKIE, address_of, door_of, open_door
from study.watching.leader import Leader, Standing

DASHBOARD = "127.0.0.1:8265"


@pytest.fixture(autouse=True)
def token(monkeypatch):
    monkeypatch.setenv("RAY_AUTH_TOKEN", "a" * 64)
    monkeypatch.setenv("RAY_AUTH_MODE", "token")


def ask(address):
    return requests.get(address, allow_redirects=False, timeout=10)


def test_it_sets_ray_s_own_cookie_and_leads_on():
    from ray._private.authentication import authentication_constants

    assert authentication_constants.AUTHENTICATION_TOKEN_COOKIE_NAME == COOKIE
    with open_door(DASHBOARD) as port:
        address = address_of(os.getpid(), port)
        answer = ask(address)
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"http://{DASHBOARD}/"
        assert answer.cookies[COOKIE] == "a" * 64
        said = answer.headers["Set-Cookie"]
        assert "HttpOnly" in said
        assert "SameSite=Strict" in said
        assert "a" * 64 not in address
    with pytest.raises(requests.ConnectionError):  # it ends with the launch
        ask(address)


def test_nobody_else_is_let_in(monkeypatch):
    with open_door(DASHBOARD) as port:
        good = address_of(os.getpid(), port)
        for wrong in (f"http://127.0.0.1:{port}/", good[:-1], f"{good}0", f"{good}?x"):
            answer = ask(wrong)
            assert answer.status_code == 403
            assert not answer.cookies
        monkeypatch.setenv("RAY_AUTH_TOKEN", "b" * 64)
        assert address_of(os.getpid(), port) != good


def test_it_is_found_by_what_the_launch_says_of_itself():
    with open_door(DASHBOARD) as port:
        here = Leader(platform.node(), os.getpid(), "t", 1, "", Standing(door=port))
        assert door_of(here) == address_of(os.getpid(), port)
        assert door_of(Leader("elsewhere", os.getpid(), "t", 1, "", here.standing)) is None
        assert door_of(Leader(here.host, here.pid, "t", 1)) is None


@pytest.mark.parametrize("dashboard", ["10.0.0.7:8265", DASHBOARD])
def test_there_is_none_for_other_machines_or_without_a_token(dashboard, monkeypatch, tmp_path):
    if dashboard == DASHBOARD:
        for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HOME", str(tmp_path))
    with open_door(dashboard) as port:
        assert port is None
