import Foundation
import Testing

@testable import JobSpecification

/// A small repeatable generator (SplitMix64) for the mutations.
private struct MutationSource {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((value ^ (value >> 31)) % UInt64(max(bound, 1)))
    }
}

@Suite("Damaged texts")
struct MutationTests {
    private static let pieces = [
        "[", "]", "{", "}", ": ", "- ", "\n", "\n---\n", "\"", "'", "#", "&a ", "*a", "!!int ",
        "!x ",
        "|\n", ">\n", "? ", "%YAML 1.2\n", "...\n", "\t", "\u{0}", "\u{FEFF}", "\u{2028}", "😀",
        "9999999999999999999999", "-1", "1e400", "nan", "null", "~", "<<: ", "spec:", "name: a\n",
        "name: b\n", "\"\": 1\n", "\r", "\\", "\"\\u0000\"", "\"\\uE000\"", "\u{E000}",
    ]

    /// Seeds of a hundred texts each; `make fuzz` takes ten thousand.
    private static let seeds: Range<Int> = {
        let wish = ProcessInfo.processInfo.environment["MLCTL_FUZZ"].flatMap { Int($0) }
        return 0..<max(20, (wish ?? 0) / 100)
    }()

    @Test(arguments: seeds)
    func noMutationTrapsTheReader(seed: Int) throws {
        var source = MutationSource(seed: UInt64(seed))
        let originals = [Samples.minimal, Samples.complete, Samples.complete + "---\n"]
        for round in 0..<100 {
            var scalars = Array(originals[round % originals.count].unicodeScalars)
            for _ in 0...source.below(6) { mutate(&scalars, &source) }
            let text = String(String.UnicodeScalarView(scalars))
            let reading = SpecificationReader.read(text, file: "damaged.yaml")
            #expect(reading.jobs.isEmpty != reading.diagnostics.isEmpty)
            for diagnostic in reading.diagnostics {
                #expect(diagnostic.line >= 1 && diagnostic.column >= 1)
                #expect(!diagnostic.rendered().isEmpty)
            }
            for job in reading.jobs {
                let again = SpecificationReader.read(job.canonicalYAML(), file: "canonical")
                #expect(again.jobs == [job], "\(text)")
            }
            if round % 4 == 0 { _ = ClusterConfiguration.read(text, file: "damaged.yaml") }
            if let override = try? Override(parsing: String(text.prefix(source.below(60)))) {
                _ = SpecificationReader.read(
                    Samples.minimal, file: "a.yaml", overrides: [override])
            }
        }
    }

    private func mutate(_ scalars: inout [Unicode.Scalar], _ source: inout MutationSource) {
        guard !scalars.isEmpty else { return }
        let start = source.below(scalars.count)
        let end = min(scalars.count, start + source.below(12))
        switch source.below(4) {
        case 0: scalars.removeSubrange(start..<end)
        case 1: scalars.insert(contentsOf: scalars[start..<end], at: source.below(scalars.count))
        case 2:
            let piece = MutationTests.pieces[source.below(MutationTests.pieces.count)]
            scalars.insert(contentsOf: piece.unicodeScalars, at: start)
        default:
            let code = UInt32(source.below(0x250))
            if let scalar = Unicode.Scalar(code) { scalars[start] = scalar }
        }
    }
}
