/// A number with four significant digits, for the sentences people read.
func shortText(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    guard value != 0 else { return "0" }
    let magnitude = abs(value)
    var exponent = 0
    var scaled = magnitude
    while scaled >= 10 {
        scaled /= 10
        exponent += 1
    }
    while scaled < 1 {
        scaled *= 10
        exponent -= 1
    }
    var digits = Int((scaled * 1000).rounded())
    if digits == 10_000 {
        digits = 1000
        exponent += 1
    }
    let isPlain = exponent >= -4 && exponent < 6
    var text = String(digits)
    // Digits after the first belong behind the point at `shift` places.
    let shift = isPlain ? exponent : 0
    if shift >= 3 {
        text += String(repeating: "0", count: shift - 3)
    } else {
        if shift < 0 { text = String(repeating: "0", count: -shift) + text }
        let whole = text.prefix(max(shift, 0) + 1)
        var fraction = text.dropFirst(max(shift, 0) + 1)
        while fraction.last == "0" { fraction.removeLast() }
        text = fraction.isEmpty ? String(whole) : whole + "." + fraction
    }
    return (value < 0 ? "-" : "") + text + (isPlain ? "" : "e\(exponent)")
}
