"""Every number that decides what preprocessing does, one section a stage.

The defaults were measured on the pictures of `tests/benchmarks`. To try another number, replace it:

    config = replace(DEFAULT, scaling=replace(DEFAULT.scaling, box=22))
    preprocess(picture, config=config)

Units: "px" are pixels of the picture as it was opened; "of the sheet" is a share of its longer
side; darkness, brightness and strength are shares from 0 to 1; what has no unit is a ratio.
"""

from dataclasses import dataclass, field

SMALL_FILE = 64
"""px of the longer side; so small a file is one digit from edge to edge, and no photo."""


@dataclass(frozen=True)
class PolarityConfig:
    """Tells dark ink on light paper from light ink on a dark sheet."""

    side: int = 160  # px; measured on a picture of this size: strokes survive, grain does not
    widths: tuple[float, ...] = (0.03, 0.055, 0.095, 0.145)  # of the sheet: strokes fine to broad
    clearly: float = 0.7  # the most that one width may say; e to this power is twice as much
    dark_sheet: float = 0.22  # brightness; boards and screens are darker, paper in bad light is not
    paper_bias: float = 6.0  # how much clearer bright strokes must be, per brightness of the sheet
    small_file: int = SMALL_FILE  # px; the mean around a pixel decides: there is too little paper


@dataclass(frozen=True)
class IlluminationConfig:
    """Finds the light that falls on the paper."""

    side: int = 200  # px; the light changes slowly, so it is looked at on a small picture
    window: float = 0.25  # of the sheet: wider than any stroke, narrower than most shadows
    paper: float = 0.85  # of the light that was guessed; what is brighter is paper
    least_paper: float = 0.05  # share of paper in a window from which on it corrects the guess
    rounds: int = 4  # of fitting the slope of the light; in each, less ink counts as paper
    outlier: float = 1.5  # standard deviations below the slope; what is darker is ink
    darkest: float = 0.05  # brightness; no light is darker than this
    darkest_share: float = 0.2  # or than this share of the brightest pixel
    small_file: int = SMALL_FILE  # px; strokes may be wider than the window: the light is a plane
    plane: int = 12  # px of paper that a plane is fitted to; with less the light is one number
    plane_range: float = 0.7  # of the paper's brightness beside the ink; most is its inverse


@dataclass(frozen=True)
class BinarizationConfig:
    """Tells ink from paper by its darkness."""

    fixed: float = 0.5  # darkness from which on all is ink, where the step is switched off
    faintest: float = 0.08  # darkness; hard pencil has 0.2, what shadows leave stays below
    noise: float = 4.5  # standard deviations by which ink stands out of the paper's grain
    sample_above: int = 200  # px; in larger pictures every fourth pixel is enough for a median
    blur: float = 0.001  # of the sheet: grain is smaller than strokes, and averaged away
    least_blur: float = 0.25  # px; less blur than this changes nothing
    strong: float = 0.35  # of the ink's median darkness: a stroke begins here
    weak: float = 0.2  # and goes on in what is as dark as this
    weak_floor: float = 0.8  # of the floor, likewise
    holes: float = 1.15  # strokes that grow by this factor when small holes are closed are pencil
    rounds: int = 3  # of measuring a pencil's width and averaging over its holes
    widest_grain: float = 0.006  # of the sheet: the grain of drawing paper is not wider
    smooth: float = 0.125  # of a stroke's width: how far a pencil stroke is averaged
    least_smooth: float = 0.6  # px; less has no effect
    more_smooth: float = 1.2  # another round has to average further by this factor
    small_file: int = SMALL_FILE  # px; too small to show grain, and ink may cover most of it
    faintest_small: float = 0.04  # darkness; there, where no shadow is left
    faintest_clean: float = 0.02  # on clean paper; what JPEG leaves around a pale line stays below
    one_value: float = 0.001  # darkness; a quarter of one step of brightness
    clean: float = 0.6  # share of a sheet that has one value if it was never photographed
    apart: float = 4.0  # standard deviations between ink and paper there, so that they are two
    apart_clearly: float = 0.25  # darkness; or as much as this
    band: float = 0.3  # brightness above the paper's; so bright is no paper there


@dataclass(frozen=True)
class LineRemovalConfig:
    """Finds printed lines and takes them off."""

    smallest: int = 65  # px of the shorter side; below, a stroke itself may run from edge to edge
    strips: int = 32  # a line is looked for in this many pieces, so that it may bend a little
    slopes: tuple[float, float, int] = (-0.18, 0.18, 37)  # first, last, how many: up to 10 degrees
    dense: float = 0.4  # share of a piece that has ink: faint lines are broken
    grain: float = 0.8  # of the floor of ink: a line is known by its length, so may be fainter
    thickest: float = 0.02  # of the sheet, beside `thickest_px`: what is thicker is a stroke
    thickest_px: int = 5  # px
    bend: float = 0.006  # of the sheet's height: so far a line may leave its straight path
    coverage: float = 0.8  # share of the pieces in which a printed line shows
    whole: float = 0.95  # the same for a line that no stroke is taken for
    family_coverage: float = 0.45  # the same for lines that run beside others
    family_share: float = 0.75  # of the longest of these
    family: int = 3  # so many lines side by side are no strokes of a digit
    alike: float = 0.6  # lines of one family are as dark as each other, but for this factor
    askew: float = 0.035  # by so much slopes in a family may differ: a sheet seen from the side
    thin_share: float = 0.5  # of the pieces that count, those in which nothing crosses the line
    alone: float = 0.25  # share of its length where a line has paper on both sides
    opaque: float = 0.9  # darkness; below a line that hides more nothing can be uncovered
    least_dark: float = 0.5  # of the threshold: what is fainter in the middle is no line
    rim: float = 0.15  # of its darkest row: a line ends where it is fainter
    margin: float = 0.12  # of the height: a line so near the sheet's edge is its margin
    within: float = 0.7  # share of a piece of ink that lies where lines were: a remnant
    scrap: float = 0.5  # of the longest piece of ink: what is longer may be a stroke
    least_ink: int = 12  # px; when less is left, the "lines" were all there was
    least_share: float = 0.02  # of the ink, likewise
    ruling: float = 0.16  # of the sheet's sides: so near their edges lie a cell's broad rulings
    cell_rim: float = 0.08  # of the sides: so near an edge a cell's frame begins
    cell_inside: float = 0.5  # share of its ink that the digit of a cell has away from the edges
    cell_holds: float = 0.3  # of the height: so tall is that digit
    cell_empty: float = 0.15  # share of its ink that a piece of the frame may have there
    bare_width: float = 0.6  # heights: a picture of an empty cell is not narrower
    bare_closed: float = 0.75  # heights, likewise where the frame is closed: a 0 is narrower
    bare_cell: int = 128  # px; a picture no larger shows a cell and no whole sheet
    bare_dirt: tuple[float, float] = (0.1, 0.03)  # of a cell's, and of a sheet's, longer side
    bare_dirt_px: int = 3  # px; smaller ink than this, or than that share, is dirt
    frame_side: float = 0.25  # of the sheet's shorter side: a printed box is not smaller
    frame_line: float = 4.0  # thickest lines that go into the side of a box
    frame_holds: float = 0.2  # of its height: so tall is the ink in a box
    frame_closed: float = 0.9  # share of each side of a box that has ink
    frame_empty: float = 0.1  # share of its ink that a box may have away from its sides


@dataclass(frozen=True)
class ShadowRemovalConfig:
    """Tells ink from what light and paper leave behind."""

    tiny: int = 64  # px; so small a file is a digit, not a photo with shadows
    side: int = 256  # px; outlines are looked at on a picture of this size
    reach: int = 4  # px of that picture to each side: the edge of a blurred stroke is that wide
    drop: float = 0.5  # of the ink's strength: the brightness must drop so much at its outline
    sharp: float = 0.6  # share of the outline where it does
    large: float = 0.2  # of the longest outline: pieces that are compared with each other
    soft: float = 0.45  # of the steepest outline on the sheet: softer ones are a shadow's
    ghost: float = (
        0.6  # of the strength of its darker ink: what is paler may be another digit's ghost
    )
    ghost_share: float = 0.8  # of the ink: so much at most is dark where there is a ghost
    mostly: float = 0.6  # of a pale piece there: if so much is as wide as a band, all of it is
    touch: float = 0.3  # share of the outline that may be the sheet's own edge
    widest: float = 0.15  # of the sheet: strokes that reach its edge are narrower
    solid: float = 0.5  # of its size: a digit has no place as wide as that
    corner: float = 0.4  # of its size: as `solid`, in a file that is tiny
    band: float = 0.25  # of the file: what crosses a tiny one and is as wide and pale is a shadow
    band_pale: float = 0.6  # darkness; few pens are so pale, and no shadow is darker
    beside: float = 0.7  # of the darker ink: paler is a shadow beside or below it in a tiny file
    solid_grid: int = 48  # px; whether it has is measured on a grid of about this size
    speck: float = 0.1  # of the sheet: smaller ink has to be clearly darker than the grain
    clear: float = 2.0  # floors of ink: so dark is that
    pale: float = 0.7  # of the strokes' darkness: paler and wider than they are is a shadow
    broad: float = 0.35  # of its size: as `solid`, for a pale piece that touches no stroke
    wider: float = 1.3  # stroke widths, likewise
    edge: float = 0.3  # stroke widths: so far the pale edge of a dark stroke reaches


@dataclass(frozen=True)
class CreaseConfig:
    """Tells a crease of the paper from a stroke."""

    faint: float = 0.16  # darkness; what is darker is a stroke, even from edge to edge
    rounds: int = 3  # of fitting a line; what lies aside is left out
    thin: float = 0.008  # of the sheet: so far aside of its line may a crease's ink lie
    thin_px: float = 2.5  # px, likewise
    straight: float = 0.7  # share of the ink that does not
    slender: float = 0.2  # of the spread along the line: the most that there is across it
    bend_px: int = 3  # so far may the line leave its straight path
    beside: float = 0.02  # of the sheet: the paper beside the line, to each side
    beside_px: int = 8  # px; at least as far
    smooth: float = 0.04  # of the sheet: over so much of a line the grain is averaged
    as_dark: float = 0.4  # of its darkness between the ends: what goes on is as dark as this
    goes_on: float = 0.75  # share of the way to the sheet's edge where it is
    at_edge: float = 0.03  # of the sheet: an end so near the edge may be any


@dataclass(frozen=True)
class FingerConfig:
    """Finds a finger that holds the sheet."""

    near: float = 0.25  # of the sheet: so near its edge is what a finger leaves
    pale: float = 0.3  # darkness; a finger's sides and shadow are paler than most ink
    side: int = 200  # px; colours are looked at on a picture of this size
    other_colour: float = 0.07  # sum of the differences in the shares of red, green and blue
    bright: float = 0.5  # of the paper's brightness; what is darker is a table
    wide: float = 0.06  # of the sheet: a finger is wider
    most: float = 0.15  # of the sheet's area; what covers more is another paper
    shadow: float = 0.045  # of the sheet: so far reaches its shadow
    mostly: float = 0.6  # share of the ink that lies on both


@dataclass(frozen=True)
class SegmentationConfig:
    """Says which pieces of ink make one digit."""

    drawn: float = 0.3  # strength from which on a pixel of a drawing is ink
    one_digit: int = 32  # px; such a sheet, a file of 28×28, is one digit in any pieces
    gap: float = 0.4  # stroke widths: pieces as near as this are one
    least: float = 0.025  # of the sheet: smaller ink is grain of the paper
    least_px: int = 4  # px, likewise
    dust: float = 0.06  # of the largest piece: smaller pieces are dust
    most_pieces: int = 120  # more are the paper's texture; the largest hold the digits
    inside: float = 0.5  # of the smaller piece: so much within another's box, it belongs to it
    part: float = 0.4  # of the larger: a smaller piece may be its bar, serif or dot
    part_across: float = 0.3  # of the smaller one's width that lies above or below the larger
    bar_gap: float = 0.4  # of the larger: the widest gap to the bar of a 5
    bar_width: float = 0.25  # of the larger: what is narrower has to be nearer
    side_gap: float = 0.12  # of the larger: the widest gap to a piece beside it
    near_gap: float = 0.1  # of the larger: how far above or below such a piece may lie
    small: float = 0.45  # of the tallest digit's height: smaller pieces alone are no digits
    photo: int = 128  # px; smaller files may be cut so tightly that digits reach the edge
    whole: float = 0.08  # of the sheet: a digit of this size counts, whatever lies at the edge
    cut_off: float = 0.6  # of the tallest: what the edge cuts must be as tall
    edge_scrap: float = 0.25  # of the sheet's shorter side: smaller ink at the edge is a shadow
    dash_shape: float = 4.0  # heights: a dash is wider
    dash_height: float = 0.05  # of the sheet: and lower
    touching: float = 1.2  # heights: two digits that touch are wider
    least_height: int = 8  # px; what is lower is not cut
    joint: float = 1.6  # stroke widths: two digits touch along less
    joint_height: float = 0.3  # heights, likewise: two round digits touch along a stretch
    side_margin: float = 0.3  # heights: a cut leaves so much on each side
    side_height: float = 0.75  # heights: and both sides are taller than this


@dataclass(frozen=True)
class SplitMergeConfig:
    """Parts and joins by what looks like a digit; likeness goes from 0 to 1."""

    like: float = 0.5  # likeness; ink that looks so much like a digit is one
    sure: float = 0.9  # of neighbours that are joined, and of both sides of a seam through paper
    apart: float = 0.01  # of a whole that is two signs if one side, beside paper, is a digit
    cut: float = 0.98  # of both sides of a cut: many a letter falls into two digits when it is cut
    wide: float = 1.08  # heights: ink less wide is not cut through a stroke
    near: float = 0.25  # heights: neighbours further apart are not joined
    most: int = 20  # among more digits nothing is tried: a page of text has none
    rows: int = 48  # a seam is looked for on a grid of so many rows
    turn: float = 0.005  # rows of ink: what a step to the side costs, so that seams go straight
    seams: int = 6  # so many are tried
    unlike: float = 2.0  # cells between two of them, on average over the rows
    depth: int = 2  # sides are parted again: three digits in all
    tall: float = 0.6  # of the whole height: lower sides are no digits
    heavy: float = 0.12  # of the whole ink, likewise
    several: int = 4  # so many small digits among writing are no chance
    mostly: float = 0.6  # and so much of all that is small there


@dataclass(frozen=True)
class ScalingConfig:
    """Crops a digit and scales it as MNIST was scaled."""

    box: int = 20  # px of the network's picture: the digit's longer side
    exact: int = 2  # px; what is smaller than the box by no more has MNIST's size already
    fine: int = 4  # strokes are measured and thickened on a grid so much finer
    empty: float = 0.1  # of the full strength: what is fainter is cropped away
    hairline: float = 1.5  # fine pixels: finer strokes are widened before areas are averaged
    hairline_ink: float = 0.3  # of the greatest strength: what counts as stroke for that


@dataclass(frozen=True)
class ThicknessConfig:
    """Brings strokes near to MNIST's; widths are px of the network's picture."""

    thinnest: float = 1.8  # narrower strokes are thickened
    one_pixel: float = 1.2  # what is as fine in a file of MNIST's size is a line of one pixel
    thickest: float = 3.4  # wider ones are thinned; nine of ten MNIST digits are not wider
    aim_thin: float = 2.3  # to this width
    aim_thick: float = 3.0  # to this one: a bold pen closes the angle of a 1


@dataclass(frozen=True)
class NormalisationConfig:
    """What full ink is."""

    strong: float = 0.5  # of the greatest strength: what counts as ink
    percentile: float = 75.0  # of these strengths is full ink: a few dark spots do not decide


@dataclass(frozen=True)
class PreprocessingConfig:
    """All sections."""

    polarity: PolarityConfig = field(default_factory=PolarityConfig)
    illumination: IlluminationConfig = field(default_factory=IlluminationConfig)
    binarization: BinarizationConfig = field(default_factory=BinarizationConfig)
    lines: LineRemovalConfig = field(default_factory=LineRemovalConfig)
    shadows: ShadowRemovalConfig = field(default_factory=ShadowRemovalConfig)
    creases: CreaseConfig = field(default_factory=CreaseConfig)
    fingers: FingerConfig = field(default_factory=FingerConfig)
    segmentation: SegmentationConfig = field(default_factory=SegmentationConfig)
    split_merge: SplitMergeConfig = field(default_factory=SplitMergeConfig)
    scaling: ScalingConfig = field(default_factory=ScalingConfig)
    thickness: ThicknessConfig = field(default_factory=ThicknessConfig)
    normalisation: NormalisationConfig = field(default_factory=NormalisationConfig)


DEFAULT = PreprocessingConfig()
"""What the app does."""
