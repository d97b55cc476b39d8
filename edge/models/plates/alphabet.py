"""The characters that the reader knows, in the order of its output classes (class 0 is the CTC blank)."""

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # GA 36 uses neither I nor O.
DIGITS = "0123456789"
MARKS = "挂学警港澳使领试超应急"
ALPHABET = DIGITS + LETTERS + PROVINCES + MARKS
CLASSES = len(ALPHABET) + 1
INDEX = {c: i + 1 for i, c in enumerate(ALPHABET)}


def encode(text):
    """Class numbers of a plate's text."""
    return [INDEX[c] for c in text]


def greedy(classes):
    """Text of one row of best classes per step, repeats and blanks removed."""
    out, last = [], 0
    for k in classes:
        if k != last and k != 0:
            out.append(ALPHABET[k - 1])
        last = k
    return "".join(out)
