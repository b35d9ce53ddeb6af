import Datasets
import Testing

@testable import JobSpecification

@Suite("Numbers, durations, sizes and names")
struct ScalarSyntaxTests {
    @Test(arguments: [
        "0x10", "1_000", "010", "1.0", "1e3", "", "-", "+5", "９", "99999999999999999999",
    ])
    func otherSpellingsOfIntegersAreRefused(text: String) {
        #expect(throws: SyntaxProblem.self) { try ScalarSyntax.integer(text) }
    }

    @Test(arguments: ["inf", "nan", "0x1p3", "1e", ".", "1e999", "--1", "1 ", "1,5", ""])
    func otherSpellingsOfNumbersAreRefused(text: String) {
        #expect(throws: SyntaxProblem.self) { try ScalarSyntax.decimal(text) }
        #expect(throws: SyntaxProblem.self) { try ScalarSyntax.single(text) }
    }

    @Test func durationsHaveOneUnit() throws {
        #expect(try ScalarSyntax.milliseconds("90s", allowsMilliseconds: false) == 90_000)
        #expect(try ScalarSyntax.milliseconds("500ms", allowsMilliseconds: true) == 500)
        #expect(try ScalarSyntax.milliseconds("30d", allowsMilliseconds: false) == 2_592_000_000)
        for text in ["90", "500ms", "1h30m", "1.5h", "h", "", "-1s", "9223372036854775807d", "1w"] {
            #expect(throws: SyntaxProblem.self) {
                try ScalarSyntax.milliseconds(text, allowsMilliseconds: false)
            }
        }
    }

    @Test func sizesAreExact() throws {
        #expect(try ScalarSyntax.bytes("512Mi") == 536_870_912)
        #expect(try ScalarSyntax.bytes("1k") == 1_000)
        #expect(try ScalarSyntax.bytes("7") == 7)
        for text in ["512MB", "1.5Gi", "Gi", "-1", "9999999999Ti", "1 Gi"] {
            #expect(throws: SyntaxProblem.self) { try ScalarSyntax.bytes(text) }
        }
    }

    @Test func processorTimeIsInThousandths() throws {
        #expect(try ScalarSyntax.milliCPU("2") == 2_000)
        #expect(try ScalarSyntax.milliCPU("0.25") == 250)
        #expect(try ScalarSyntax.milliCPU("500m") == 500)
        for text in ["0.0001", "1.", "-1", "x", "m", "1.5m", "9223372036854775807"] {
            #expect(throws: SyntaxProblem.self) { try ScalarSyntax.milliCPU(text) }
        }
    }

    @Test func namesAreDNSLabels() {
        for text in ["a", "digits-1", "0", String(repeating: "x", count: 63)] {
            #expect(NameRules.name(text) == nil)
        }
        for text in ["", "A", "-a", "a-", "a_b", "a.b", "ä", String(repeating: "x", count: 64)] {
            #expect(NameRules.name(text) != nil)
        }
    }

    @Test func theNearestNameIsFound() {
        let names = ["epochs", "batchSize", "seed", "optimizer"]
        #expect(NearestName.of("epoch", among: names) == "epochs")
        #expect(NearestName.of("batch_size", among: names) == "batchSize")
        #expect(NearestName.of("BATCHSIZE", among: names) == "batchSize")
        #expect(NearestName.of("sede", among: names) == "seed")
        #expect(NearestName.of("opt", among: names) == "optimizer")
        #expect(NearestName.of("replicas", among: names) == nil)
        #expect(NearestName.of("x", among: names) == nil)
    }

    @Test func formatsAreGuessedFromNames() {
        let csv = DataFormatSpecification.csv(.init(label: .index(-1)))
        #expect(DataFormatSpecification.guessed(fromFileName: "a/B.CSV.gz") == csv)
        #expect(DataFormatSpecification.guessed(fromFileName: "x.npy") == .npy())
        #expect(
            DataFormatSpecification.guessed(fromFileName: "train-images-idx3-ubyte.gz") == .idx)
        #expect(DataFormatSpecification.guessed(fromFileName: "csv") == nil)
        #expect(DataFormatSpecification.guessed(fromFileName: "") == nil)
    }
}
