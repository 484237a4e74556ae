"""The simulator's own switches, under /_control: faults, the clock, the world, the log."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from connectors.simulator.activity import DAY
from connectors.simulator.calls import BAD_REQUEST, NOT_FOUND, Answer, Call, Refused
from connectors.simulator.changes import Json
from connectors.simulator.estate import VENDORS
from connectors.simulator.faults import KNOWN, Fault, Faults
from connectors.simulator.workers import CASTS, Worker
from connectors.simulator.world import World

BASE = "/_control"
_MILLE = 1000
_TWO_HOURS = 7200


class Control:
    """POST faults, clock and world; GET faults and requests; DELETE faults."""

    def __init__(self, world: World, faults: Faults) -> None:
        self.world = world
        self.faults = faults
        self._doors: dict[str, Callable[[Call], Json]] = {
            "POST /faults": self._add_fault,
            "GET /faults": self._show_faults,
            "DELETE /faults": self._clear_faults,
            "GET /requests": self._show_requests,
            "POST /clock": self._set_clock,
            "POST /world": self._change_world,
        }
        self._changes: dict[str, Callable[[str, Json], Worker]] = {
            "add_agent": self._add_agent,
            "remove_agent": self._remove_agent,
            "rename_agent": self._rename_agent,
            "fail_agent": self._fail_agent,
            "correct_usage": self._correct_usage,
        }

    def answer(self, call: Call) -> Answer:
        door = self._doors.get(f"{call.method} {call.path}")
        if door is None:
            raise Refused(NOT_FOUND, f"no such switch; there are: {', '.join(self._doors)}")
        return Answer(door(call))

    def _add_fault(self, call: Call) -> Json:
        body = call.body
        fault = body.get("fault")
        if fault not in KNOWN:
            raise Refused(BAD_REQUEST, f"fault: one of {', '.join(KNOWN)}")
        rule = Fault(
            vendor=str(body.get("vendor", "*")),
            path=str(body.get("path", "")),
            fault=str(fault),
            times=body.get("times"),
            retry_after=body.get("retry_after"),
            key=body.get("key"),
        )
        self.faults.rules.append(rule)
        return self._show_faults(call)

    def _show_faults(self, _call: Call) -> Json:
        return {
            "faults": [
                {
                    "vendor": rule.vendor,
                    "path": rule.path,
                    "fault": rule.fault,
                    "times": rule.times,
                    "struck": rule.struck,
                }
                for rule in self.faults.rules
            ]
        }

    def _clear_faults(self, call: Call) -> Json:
        self.faults.rules.clear()
        return self._show_faults(call)

    def _show_requests(self, _call: Call) -> Json:
        return {"requests": list(self.faults.log)}

    def _set_clock(self, call: Call) -> Json:
        self.world.offset = float(call.body.get("offset_seconds", 0))
        return {"now": self.world.now()}

    def _change_world(self, call: Call) -> Json:
        vendor, action = str(call.body.get("vendor")), str(call.body.get("action"))
        if vendor not in VENDORS:
            raise Refused(BAD_REQUEST, f"vendor: one of {', '.join(VENDORS)}")
        change = self._changes.get(action)
        if change is None:
            raise Refused(BAD_REQUEST, f"action: one of {', '.join(self._changes)}")
        worker = change(vendor, call.body)
        return {"id": worker.id, "name": worker.role.name}

    def _agent(self, vendor: str, body: Json) -> Worker:
        """Find the agent whose id or original name the body gives."""
        wanted = body.get("agent")
        for worker in self.world.agents(vendor, newest_first=False):
            if wanted in {worker.id, worker.role.name}:
                return worker
        raise Refused(NOT_FOUND, f"agent: nobody is called {wanted!r}")

    def _add_agent(self, vendor: str, body: Json) -> Worker:
        first = CASTS[vendor][0]
        name, model = str(body.get("name", "New agent")), str(body.get("model", first.model))
        return self.world.add_agent(vendor, replace(first, name=name, model=model))

    def _remove_agent(self, vendor: str, body: Json) -> Worker:
        worker = self._agent(vendor, body)
        self.world.changes.removed[worker.id] = self.world.now()
        self.world.changes.edition += 1
        return worker

    def _rename_agent(self, vendor: str, body: Json) -> Worker:
        worker = self._agent(vendor, body)
        self.world.changes.edit(worker.id, {"name": str(body.get("name", ""))}, self.world.now())
        return worker

    def _fail_agent(self, vendor: str, body: Json) -> Worker:
        """Let an agent fail from a while ago on, so that the next reading shows it."""
        worker = self._agent(vendor, body)
        since = self.world.now() - int(body.get("since_seconds", _TWO_HOURS))
        rate = round(float(body.get("rate", 1)) * _MILLE)
        self.world.changes.failures.setdefault(worker.id, []).append((since, rate))
        self.world.changes.edition += 1
        return worker

    def _correct_usage(self, vendor: str, body: Json) -> Worker:
        """Correct a past day, as vendors do when late records arrive."""
        worker = self._agent(vendor, body)
        try:
            day = (date.fromisoformat(str(body.get("day"))) - date(1970, 1, 1)).days
        except ValueError:
            raise Refused(BAD_REQUEST, "day: must be a date like 2026-11-20") from None
        factor = round(float(body.get("factor", 1)) * _MILLE)
        self.world.changes.corrections[worker.id, day] = factor
        self.world.changes.touch(worker.id, min(self.world.now(), (day + 1) * DAY))
        return worker
