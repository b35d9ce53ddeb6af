/// Wall-clock times and spans as people and programs read them; no calendar library, no locale.
package enum TimeText {
    /// `2026-11-23T12:48:07.250Z` of milliseconds since 1970; `nil` for 0, which means never.
    package static func text(milliseconds: Int64) -> String? {
        guard milliseconds > 0 else { return nil }
        let seconds = milliseconds / 1_000
        let (year, month, day) = date(daysSince1970: seconds / 86_400)
        let second = seconds % 86_400
        // Years beyond four digits are cut: the wall clock of no host gets there.
        let parts: [(value: Int64, width: Int, mark: UInt8)] = [
            (year % 10_000, 4, UInt8(ascii: "-")), (month, 2, UInt8(ascii: "-")),
            (day, 2, UInt8(ascii: "T")), (second / 3_600, 2, UInt8(ascii: ":")),
            (second / 60 % 60, 2, UInt8(ascii: ":")), (second % 60, 2, UInt8(ascii: ".")),
            (milliseconds % 1_000, 3, UInt8(ascii: "Z")),
        ]
        return String(unsafeUninitializedCapacity: 24) { buffer in
            var end = 0
            for part in parts {
                var rest = part.value
                for place in stride(from: end + part.width - 1, through: end, by: -1) {
                    buffer[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
                end += part.width
                buffer[end] = part.mark
                end += 1
            }
            return end
        }
    }

    /// Milliseconds since 1970 of a text in the form of ``text(milliseconds:)``, the fraction
    /// optional, or of a plain date `2026-11-23`; `nil` for anything else.
    package static func milliseconds(of text: String) -> Int64? {
        var rest = Substring(text)
        func number(_ digits: Int) -> Int64? {
            let part = rest.prefix(digits)
            guard part.utf8.count == digits, part.utf8.allSatisfy({ (0x30...0x39).contains($0) })
            else { return nil }
            rest = rest.dropFirst(digits)
            return Int64(part)
        }
        func takes(_ mark: Character) -> Bool {
            guard rest.first == mark else { return false }
            rest = rest.dropFirst()
            return true
        }
        guard let year = number(4), takes("-"), let month = number(2), takes("-"),
            let day = number(2), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let midnight = days(year: year, month: month, day: day) * 86_400_000
        if rest.isEmpty { return midnight }
        guard takes("T"), let hour = number(2), takes(":"), let minute = number(2), takes(":"),
            let second = number(2), hour < 24, minute < 60, second < 61
        else { return nil }
        var fraction: Int64 = 0
        if takes(".") {
            guard let milliseconds = number(3) else { return nil }
            fraction = milliseconds
        }
        guard takes("Z"), rest.isEmpty else { return nil }
        return midnight + ((hour * 60 + minute) * 60 + second) * 1_000 + fraction
    }

    /// A span in at most two units: `0s`, `42s`, `4m10s`, `3h5m`, `2d4h`, `90d`.
    package static func age(milliseconds: Int64) -> String {
        let seconds = max(0, milliseconds / 1_000)
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3_600: return pair(seconds / 60, "m", seconds % 60, "s")
        case ..<86_400: return pair(seconds / 3_600, "h", seconds / 60 % 60, "m")
        case ..<(10 * 86_400): return pair(seconds / 86_400, "d", seconds / 3_600 % 24, "h")
        default: return "\(seconds / 86_400)d"
        }
    }

    private static func pair(_ big: Int64, _ bigUnit: String, _ small: Int64, _ unit: String)
        -> String
    {
        small == 0 ? "\(big)\(bigUnit)" : "\(big)\(bigUnit)\(small)\(unit)"
    }

    // The civil calendar in whole numbers: years begin in March, so leap days come last.

    private static func date(daysSince1970: Int64) -> (Int64, Int64, Int64) {
        let shifted = daysSince1970 + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let shiftedMonth = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * shiftedMonth + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
