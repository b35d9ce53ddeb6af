/// Numbers as people read them.
package enum NumberText {
    /// `96.4k`, `1.25M`, `812`: three digits and a power of thousand.
    package static func quantity(_ value: Double) -> String {
        guard value.isFinite, value >= 0 else { return "-" }
        var (scaled, unit) = (value, 0)
        let units = ["", "k", "M", "G", "T", "P", "E"]
        while scaled >= 999.5, unit < units.count - 1 {
            scaled /= 1_000
            unit += 1
        }
        if unit == 0 { return fixed(scaled, scaled < 10 && scaled != scaled.rounded() ? 1 : 0) }
        return fixed(scaled, scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0) + units[unit]
    }

    /// `512B`, `1.5KiB`, `128MiB`.
    package static func bytes(_ value: Int) -> String {
        var (scaled, unit) = (Double(max(0, value)), 0)
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        while scaled >= 1_023.5, unit < units.count - 1 {
            scaled /= 1_024
            unit += 1
        }
        return fixed(scaled, unit > 0 && scaled < 9.95 ? 1 : 0) + units[unit]
    }

    /// A number with four significant decimals, such as `0.9722`; `-` when it is not finite.
    package static func measure(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        let size = abs(value)
        if size != 0, size < 0.001 || size >= 1e9 { return scientific(value) }
        return size < 100 ? fixed(value, 4) : fixed(value, 1)
    }

    private static func scientific(_ value: Double) -> String {
        var (mantissa, exponent) = (value, 0)
        while abs(mantissa) >= 9.995 {
            mantissa /= 10
            exponent += 1
        }
        while abs(mantissa) < 0.9995 {
            mantissa *= 10
            exponent -= 1
        }
        return "\(fixed(mantissa, 2))e\(exponent)"
    }

    /// A span as a clock shows it: `0:41`, `12:05`, `3:02:10`.
    package static func clock(seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "-" }
        let whole = Int(seconds.rounded())
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        let (hours, minutes) = (whole / 3_600, whole / 60 % 60)
        return hours > 0
            ? "\(hours):\(two(minutes)):\(two(whole % 60))" : "\(minutes):\(two(whole % 60))"
    }

    /// A share as whole percents, rounded down: 100 only when all is done.
    package static func percent(_ share: Double) -> String {
        "\(Int((min(1, max(0, share.isFinite ? share : 0)) * 100).rounded(.down)))%"
    }

    /// A number with so many digits behind the point; no locale, no formatter.
    package static func fixed(_ value: Double, _ digits: Int) -> String {
        var power = 1.0
        for _ in 0..<digits { power *= 10 }
        let scaled = (abs(value) * power).rounded()
        guard scaled < 9e15 else { return "\(value)" }
        let whole = Int(scaled)
        let sign = value < 0 && whole != 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(whole)" }
        let unit = Int(power)
        let fraction = String(whole % unit)
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(sign)\(whole / unit).\(zeros)\(fraction)"
    }
}
