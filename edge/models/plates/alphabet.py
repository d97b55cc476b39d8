"""The characters that the reader knows, in the order of its output classes (class 0 is the CTC blank)."""

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # GA 36 uses neither I nor O in the serial.
DIGITS = "0123456789"
MARKS = "挂学警港澳使领试超应急"
HIDDEN = "□"  # There is a character, and it cannot be seen: a bar, a rope, glare.
ALPHABET = DIGITS + LETTERS + PROVINCES + MARKS + HIDDEN
CLASSES = len(ALPHABET) + 1
INDEX = {c: i + 1 for i, c in enumerate(ALPHABET)}


def encode(text):
    """Class numbers of a plate's text. The O of old police plates is drawn as the digit is, and is learned as it."""
    return [INDEX["0" if c == "O" else c] for c in text]


def greedy(classes):
    """Text of one row of best classes per step, repeats and blanks removed."""
    out, last = [], 0
    for k in classes:
        if k != last and k != 0:
            out.append(ALPHABET[k - 1])
        last = k
    return "".join(out)
