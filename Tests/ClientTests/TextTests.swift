import Testing

@testable import Client

struct TextTests {
    @Test(arguments: [
        (0.0, "0"), (5.5, "5.5"), (812, "812"), (999.4, "999"), (999.6, "1.00k"),
        (96_421, "96.4k"), (1_250_000, "1.25M"), (9_999_999, "10.0M"), (.nan, "-"), (-1, "-"),
    ])
    func quantitiesHaveThreeDigits(value: Double, text: String) {
        #expect(NumberText.quantity(value) == text)
    }

    @Test(arguments: [
        (0, "0B"), (1_023, "1023B"), (1_024, "1.0KiB"), (1_536, "1.5KiB"), (1 << 20, "1.0MiB"),
        (512 << 20, "512MiB"), (Int.max, "8.0EiB"),
    ])
    func bytesAreShort(value: Int, text: String) {
        #expect(NumberText.bytes(value) == text)
    }

    @Test func numbersForPeople() {
        #expect(NumberText.measure(0.97217) == "0.9722")
        #expect(NumberText.measure(0.00001) == "1.00e-5")
        #expect(NumberText.measure(-2.5e12) == "-2.50e12")
        #expect(NumberText.measure(2e-300) == "2.00e-300")
        #expect(NumberText.measure(-1.5) == "-1.5000")
        #expect(NumberText.measure(.infinity) == "-")
        #expect(NumberText.clock(seconds: 41) == "0:41")
        #expect(NumberText.clock(seconds: 3_725) == "1:02:05")
        #expect(NumberText.clock(seconds: .nan) == "-")
        #expect(NumberText.percent(0.9999) == "99%")
        #expect(NumberText.percent(1) == "100%")
        #expect(NumberText.percent(.nan) == "0%")
        #expect(NumberText.fixed(-0.001, 1) == "0.0")
    }

    @Test func aBarIsFullOnlyWhenAllIsDone() {
        #expect(ProgressBar.text(0, width: 4) == "░░░░")
        #expect(ProgressBar.text(0.5, width: 4) == "██░░")
        #expect(ProgressBar.text(0.999, width: 4) == "███░")
        #expect(ProgressBar.text(1, width: 4) == "████")
        #expect(ProgressBar.text(7, width: 4) == "████")
        #expect(ProgressBar.text(.nan, width: 2) == "░░")
        #expect(ProgressBar.text(1, width: -1).isEmpty)
    }

    @Test func aLineIsCutToTheTerminal() {
        var line = StyledLine("abc", .red)
        line.append("def")
        #expect(line.rendered(columns: 6, color: false) == "abcdef")
        #expect(line.rendered(columns: 5, color: false) == "abcd…")
        #expect(line.rendered(columns: 3, color: true) == "\u{1B}[31mab\u{1B}[0m…")
        #expect(line.rendered(columns: 0, color: false).isEmpty)
    }

    @Test func aLineCannotSteerTheTerminal() {
        #expect(StyledLine("a\u{1B}[2Jb\nc\u{9B}").plain == "a?[2Jb?c?")
    }

    @Test func spansOfTime() {
        #expect(SpanText.seconds("90s") == 90)
        #expect(SpanText.seconds("7d") == 604_800)
        for text in ["", "s", "-1s", "1", "1w", "1.5h", "99999999999999999999d", "4000d"] {
            #expect(SpanText.seconds(text) == nil)
        }
    }

    @Test func aLiveRegionIsDrawnInPlace() throws {
        let screen = Screen(columns: 10, rows: 4)
        var region = LiveRegion(screen.console, on: .output)
        try region.draw([StyledLine("one"), StyledLine("a long line")])
        try region.draw([StyledLine("two")])
        try region.draw((1...5).map { StyledLine("l\($0)") })
        #expect(
            screen.output
                == "one\u{1B}[K\na long l…\u{1B}[K\n"
                + "\u{1B}[2A\rtwo\u{1B}[K\n\u{1B}[J"
                + "\u{1B}[1A\rl1\u{1B}[K\nl2\u{1B}[K\n… and 3 …\u{1B}[K\n")
    }
}
