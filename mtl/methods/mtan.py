"""MTAN: one shared network, whose feature maps each task weighs by its own attention."""

from __future__ import annotations

from mtl.methods._mtan_resnet import AttendedResNet
from mtl.methods._mtan_segnet import AttendedSegNet
from mtl.methods.base import HostBuilder, Method
from mtl.methods.info import MethodInfo
from mtl.models.resnet import ResNet
from mtl.models.segnet import SegNet
from mtl.models.unit import Trunk, UnitFactory

INFO = MethodInfo(
    name="mtan",
    label="MTAN",
    paper="Liu et al., End-to-End Multi-Task Learning with Attention, CVPR",
    year=2019,
    summary="A shared network and, for each task, attention masks on the maps of every block.",
    needs="architecture",
    regimes=("joint",),
    hosts=("segnet", "resnet18", "resnet18_dilated", "resnet20"),
)


class Build(Method):
    """On SegNet as in MTAN's public code, for any number of tasks; the printed 44.4M are of three
    [C]. Xavier's normal rule, and running statistics in the normalisations. Whether the bilinear
    up-sampling aligns corners is unspecified; it does here. Differs from the paper in the tasks:
    there, segmentation is one task of all classes by softmax.

    On residual networks as in the public code of Vandenhende et al.'s survey, whose 318.6 GFLOPs
    with five tasks of PASCAL-Context InterroGate prints: attention at every stage. Differs from it
    in the first weights, which are drawn by Xavier's rule in the masks and Kaiming's elsewhere.
    """

    head_for_each_task = True

    def trunk(
        self, build: HostBuilder, unit: UnitFactory, width: int, size: tuple[int, int]
    ) -> Trunk:
        host = build(unit, self.context, width, size)
        if isinstance(host, SegNet):
            return AttendedSegNet(host, self.context)
        assert isinstance(host, ResNet)
        return AttendedResNet(host, self.context)
