"""A joint tree that answers at once what lies above and below what."""

from __future__ import annotations

from collections.abc import Sequence


class JointTree:
    """Parents, children, depths of joints.

    Attributes:
        parents: index of each joint's parent, -1 for a root; in any order, without rings.
        children: the joints directly below each.
        order: all joints, parents before their children.
        depths: how many joints are above each.
    """

    def __init__(self, parents: Sequence[int]) -> None:
        self.parents = list(parents)
        self.children: list[list[int]] = [[] for _ in self.parents]
        roots: list[int] = []
        for joint, parent in enumerate(self.parents):
            (self.children[parent] if parent >= 0 else roots).append(joint)
        self.order: list[int] = []
        waiting = roots[::-1]
        while waiting:
            joint = waiting.pop()
            self.order.append(joint)
            waiting += self.children[joint][::-1]
        self.depths, self._first, self._last = ([0] * len(self.parents) for _ in range(3))
        for place, joint in enumerate(self.order):
            self._first[joint] = self._last[joint] = place
            parent = self.parents[joint]
            self.depths[joint] = self.depths[parent] + 1 if parent >= 0 else 0
        for joint in reversed(self.order):
            parent = self.parents[joint]
            if parent >= 0:
                self._last[parent] = max(self._last[parent], self._last[joint])

    def is_below(self, joint: int, above: int) -> bool:
        """Whether `joint` hangs from `above`, directly or not."""
        return self._first[above] < self._first[joint] <= self._last[above]

    def subtree(self, joint: int) -> list[int]:
        """`joint` and all below it, parents first."""
        return self.order[self._first[joint] : self._last[joint] + 1]

    def lowest_common(self, joints: Sequence[int]) -> int:
        """The joint furthest from the root that has all of `joints` below it or is one; -1 where they share none."""
        common = joints[0]
        while common >= 0 and not all(joint == common or self.is_below(joint, common) for joint in joints):
            common = self.parents[common]
        return common

    def path_down(self, start: int, end: int) -> list[int]:
        """The joints from below `start` to `end`, which is included; empty where `end` is not below."""
        if not self.is_below(end, start):
            return []
        path = [end]
        while self.parents[path[-1]] != start:
            path.append(self.parents[path[-1]])
        return path[::-1]
