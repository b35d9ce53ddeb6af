import ControlAPI
import Testing

struct ServerSentEventTests {
    private let events = [
        ServerSentEvent(name: "state", data: #"{"name":"digits-1"}"#),
        ServerSentEvent(name: "fact", id: 7, data: "{}"),
        ServerSentEvent(name: "log", data: #"{"line":"a: b ü"}"#),
    ]

    @Test(arguments: 1...9)
    func eventsAreReadBackWhateverThePieces(_ size: Int) {
        let wire = events.map(\.wireText).joined(separator: ServerSentEvent.heartbeat)
        let bytes = Array(wire.utf8)
        var reader = ServerSentEventReader()
        var found: [ServerSentEvent] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            found += reader.take(bytes[start..<min(bytes.count, start + size)])
        }
        #expect(found == events)
        #expect(reader.lastID == 7)
    }

    @Test
    func allLineEndingsAndSeveralDataLinesAreUnderstood() {
        var reader = ServerSentEventReader()
        let text = "data: a\r\ndata: b\r\n\r\nevent:x\rdata:c\r\r"
        let found = reader.take(text.utf8)
        #expect(
            found == [
                ServerSentEvent(name: "message", data: "a\nb"),
                ServerSentEvent(name: "x", data: "c"),
            ])
    }

    @Test
    func anEndlessLineIsDroppedAndTheNextEventIsRead() {
        var reader = ServerSentEventReader()
        let long = "data: " + String(repeating: "x", count: ServerSentEventReader.longestLine + 9)
        #expect(reader.take((long + "\n\n").utf8).isEmpty)
        #expect(reader.take("data: y\n\n".utf8) == [ServerSentEvent(name: "message", data: "y")])
    }

    @Test
    func unknownKindsHaveNone() {
        #expect(ServerSentEvent(name: "other", data: "").kind == nil)
        #expect(ServerSentEvent(name: "end", data: "").kind == .end)
    }
}
