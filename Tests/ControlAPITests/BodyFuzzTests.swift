import ControlAPI
import Foundation
import Testing

/// Damaged HTTP bodies in great number: each is refused or read, none traps. `make fuzz` takes a
/// million.
struct BodyFuzzTests {
    private static let count =
        ProcessInfo.processInfo.environment["MLCTL_FUZZ"].flatMap { UInt64($0) } ?? 2_000
    private static let seed =
        ProcessInfo.processInfo.environment["MLCTL_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1

    private static let originals: [[UInt8]] = [
        SubmitRequest(
            specification: "kind: TrainJob\nname: \"ä\\\"\"\n", file: "a.yaml",
            setOverrides: ["training.epochs=3", "a.b=c"], idempotencyKey: "k"
        ).jsonBytes,
        RerunRequest(setOverrides: ["training.seed=7"], idempotencyKey: "again").jsonBytes,
        Array(#"{"specification":1e400,"file":null,"setOverrides":[[],{}],"x":"\ud800"}"#.utf8),
    ]
    private static let pieces: [[UInt8]] = [
        "{", "}", "[", "]", "\"", ":", ",", "\\u0000", "\\ud83d", "null", "1e999", "-0", "\u{0}",
    ].map { Array($0.utf8) }

    @Test func damagedBodiesAreRefusedOrRead() {
        let decoder = JSONDecoder()
        var read: UInt64 = 0
        for number in 0..<BodyFuzzTests.count {
            if number % 100_000 == 0, BodyFuzzTests.count > 100_000 {
                print("fuzz HTTP bodies: seed \(BodyFuzzTests.seed), input \(number)")
            }
            let data = Data(BodyFuzzTests.input(number))
            if (try? decoder.decode(SubmitRequest.self, from: data)) != nil { read += 1 }
            if (try? decoder.decode(RerunRequest.self, from: data)) != nil { read += 1 }
        }
        #expect(read > 0)
        #expect(read < BodyFuzzTests.count)
    }

    private static func input(_ number: UInt64) -> [UInt8] {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 ^ number &* 0xD6E8_FEB8_6659_FD93
        func draw(_ bound: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((mixed ^ (mixed >> 31)) % UInt64(max(1, bound)))
        }
        var bytes = originals[draw(originals.count)]
        for _ in 0..<draw(7) where !bytes.isEmpty {
            let place = draw(bytes.count)
            let end = min(bytes.count, place + draw(20))
            switch draw(5) {
            case 0: bytes.removeSubrange(place..<end)
            case 1: bytes.insert(contentsOf: bytes[place..<end], at: draw(bytes.count))
            case 2: bytes.insert(contentsOf: pieces[draw(pieces.count)], at: place)
            case 3: bytes[place] = UInt8(draw(256))
            default: bytes.removeLast(bytes.count - place)
            }
        }
        return bytes
    }
}
