"""What clothes are made of."""

from avatarkit.avatar.outfit.fabric import Finish

JERSEY, RIB, KNIT = Finish("jersey", 0.92), Finish("rib", 0.95), Finish("knit", 0.95)
DENIM, TWILL, POPLIN = Finish("denim", 0.88), Finish("twill", 0.88), Finish("poplin", 0.8)
WOOL, LEATHER, SATIN = Finish("felt", 0.95), Finish("leather", 0.5), Finish("satin", 0.55)
FLEECE, NYLON = Finish("felt", 0.98), Finish("poplin", 0.6)
HORN, METAL = Finish("satin", 0.35), Finish("satin", 0.3, 1.0)
