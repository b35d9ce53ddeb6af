import Glibc
import Testing

@testable import Datasets

struct DecimalNumberTests {
    /// The value and length that the parser finds at the start of a text.
    private func parse(_ text: String) -> (value: Float, length: Int)? {
        var value: Float = 0
        let bytes = Array(text.utf8)
        let end = bytes.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.flatMap { base in
                DecimalNumber.parse(base, from: 0, to: buffer.count, value: &value)
            }
        }
        return end.map { (value, $0) }
    }

    @Test func agreesBitForBitWithTheCLibrary() {
        var generator = SeededGenerator(state: 11)
        for round in 0..<60_000 {
            let digits = Int.random(in: 1...(round % 10 == 0 ? 30 : 19), using: &generator)
            var text = round % 3 == 0 ? "-" : ""
            let point = Int.random(in: 0...digits, using: &generator)
            for place in 0..<digits {
                text += place == point ? "." : ""
                text += String(Int.random(in: 0...9, using: &generator))
            }
            if round % 2 == 0 {
                text += "e\(Int.random(in: -50...40, using: &generator))"
            }
            let parsed = parse(text)
            #expect(parsed?.length == text.utf8.count)
            let expected = Float(strtod(text, nil))
            if parsed?.value.bitPattern != expected.bitPattern {
                Issue.record("\(text): \(String(describing: parsed)) is not \(expected)")
            }
        }
    }

    /// The one pass over a field gives the bits of the C library and ends where the field does.
    @Test func fieldsOfATableAgreeWithTheCLibraryToo() {
        var generator = SeededGenerator(state: 12)
        for round in 0..<20_000 {
            let digits = Int.random(in: 1...17, using: &generator)
            let point = Int.random(in: 0...(digits + 3), using: &generator)
            var text = round % 3 == 0 ? "-" : ""
            for place in 0..<digits {
                text += place == point ? "." : ""
                text += String(Int.random(in: 0...9, using: &generator))
            }
            if point == digits { text += "." }
            let end = round % 2 == 0 ? "," : "\n"
            let behind = Int.random(in: 0...30, using: &generator)
            let bytes = Array((text + end + String(repeating: "7", count: behind)).utf8)
            var value: Float = 0
            var field = CSVFieldScanner.Field()
            let isNumber = bytes.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { base in
                    CSVFieldScanner(
                        bytes: base, count: buffer.count, isFinal: true, delimiter: 0x2C
                    ).scanNumber(at: 0, value: &value, field: &field)
                } ?? false
            }
            let expected = Float(strtod(text, nil))
            if !isNumber || value.bitPattern != expected.bitPattern
                || field.next != text.utf8.count + 1 || field.endsRecord != (end == "\n")
            {
                Issue.record("\(text): \(isNumber), \(value) and not \(expected), \(field)")
            }
        }
    }

    @Test func whatIsNoPlainNumberIsLeftToOthers() {
        let texts = ["-", ".", "-.", "1-2", "1.2.3", "--1", "1 2", "x", "", " ,", "1e", "0x10"]
        for text in texts {
            let bytes = Array((text + "," + String(repeating: "7", count: 40)).utf8)
            var value: Float = 0
            var field = CSVFieldScanner.Field()
            let isNumber = bytes.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { base in
                    CSVFieldScanner(
                        bytes: base, count: buffer.count, isFinal: true, delimiter: 0x2C
                    ).scanNumber(at: 0, value: &value, field: &field)
                } ?? false
            }
            #expect(!isNumber, "\(text)")
        }
    }

    @Test func roundsTheIntegerPathOnceInDouble() {
        // 17 and more digits with small exponents, where neither a double nor strtod is used.
        let texts = [
            "0.1234567890123456789", "9007199254740993", "9007199254740993000",
            "1.7976931348623157", "18014398509481985e3", "9223372036854775807",
            "0.30000000000000004", "1234567890123456.7", "16777217.0000000001",
            "9999999999999999999", "9999999999999999999e19", "1000000000000000000e-19",
            "1844674407370955161.5e1",
        ]
        for text in texts {
            #expect(parse(text)?.value == Float(strtod(text, nil)), "\(text)")
        }
    }

    @Test func takesOnlyWhatIsANumber() {
        #expect(parse("") == nil)
        #expect(parse("-") == nil)
        #expect(parse(".") == nil)
        #expect(parse("e5") == nil)
        #expect(parse("nan") == nil)
        #expect(parse("1e")?.length == 1)
        #expect(parse("1e+")?.length == 1)
        #expect(parse("0x10")?.length == 1)
        #expect(parse("1.5.2")?.length == 3)
        #expect(parse(".5")?.value == 0.5)
        #expect(parse("+5.")?.value == 5)
        #expect(parse("-0")?.value.sign == .minus)
    }

    @Test func survivesExtremeExponentsAndLengths() {
        #expect(parse("1e99999999999999999999")?.value == .infinity)
        #expect(parse("-1e-99999999999999999999")?.value == 0)
        #expect(parse("0e999999999")?.value == 0)
        let zeros = String(repeating: "0", count: 3_000)
        #expect(parse("0.\(zeros)1e3001")?.value == 1)
        #expect(parse("1\(zeros)e-3000")?.value == 1)
        #expect(parse(String(repeating: "9", count: 100_000)) == nil)
    }
}
