import ControlAPI
import Foundation
import Testing

struct TimeTextTests {
    @Test
    func timesAgreeWithTheSystemsCalendar() throws {
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        // Steps of 13 days and some milliseconds over 130 years meet all leap rules.
        for step in 1..<3_700 {
            let milliseconds = Int64(step) * 1_123_456_789
            let text = try #require(TimeText.text(milliseconds: milliseconds))
            let date = Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
            #expect(text == formatter.string(from: date))
            #expect(TimeText.milliseconds(of: text) == milliseconds)
        }
    }

    @Test
    func neverIsNoTime() {
        #expect(TimeText.text(milliseconds: 0) == nil)
    }

    @Test(arguments: [
        "", "x", "2026", "2026-13-01", "2026-11-23T", "2026-11-23T25:00:00Z",
        "2026-11-23T10:00:00", "2026-11-23T10:00:00.5Z", "2026-11-23T10:00:00ZZ", "٢٠٢٦-11-23",
    ])
    func otherTextsAreNoTimes(_ text: String) {
        #expect(TimeText.milliseconds(of: text) == nil)
    }

    @Test
    func plainDatesAreMidnight() {
        #expect(TimeText.milliseconds(of: "1970-01-02") == 86_400_000)
    }

    @Test(arguments: [
        (-5, "0s"), (42_999, "42s"), (250_000, "4m10s"), (3_600_000, "1h"), (11_100_000, "3h5m"),
        (187_200_000, "2d4h"), (864_000_000, "10d"), (7_776_000_000, "90d"),
    ])
    func agesHaveTwoUnitsAtMost(_ milliseconds: Int64, _ text: String) {
        #expect(TimeText.age(milliseconds: milliseconds) == text)
    }
}
