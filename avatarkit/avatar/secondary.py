"""What moves by itself on an avatar: chains of joints that swing after it, and the balls that they cannot pass."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Collider:
    """A ball that goes with a joint, or a capsule.

    Attributes:
        joint: in the rig's skeleton.
        offset: (3,) metres, its middle from the joint, along the world's axes at rest.
        radius: metres.
        tail: (3,) metres, the other end's middle, or None for a ball.
    """

    joint: int
    offset: Point
    radius: float
    tail: Point | None = None


@dataclass(frozen=True)
class SpringChain:
    """Joints that swing: each the parent of the next, the last only the end of the one before it.

    Attributes:
        name: unique among the avatar's chains.
        joints: in the rig's skeleton, two or more.
        stiffness: how strongly it returns to where it rests, 0 or more (VRM's unit: about 1 is firm hair).
        drag: 0..1, the share of its swing that it loses in a frame.
        gravity: how strongly it is drawn down, 0 or more (as `stiffness`).
        radius: metres, of its joints against colliders.
        colliders: indices into the avatar's.
    """

    name: str
    joints: tuple[int, ...]
    stiffness: float
    drag: float
    gravity: float
    radius: float
    colliders: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if len(self.joints) < 2:
            raise ValueError(f"the chain {self.name} needs a joint and its end")
        if not 0.0 <= self.drag <= 1.0 or min(self.stiffness, self.gravity, self.radius) < 0.0:
            raise ValueError(f"the chain {self.name} has a negative strength, or a drag outside 0..1")
