/// Takes the bytes of a `text/event-stream` in pieces of any size and gives its events.
package struct ServerSentEventReader: Sendable {
    /// The longest line accepted, in bytes; longer ones are dropped whole.
    package static let longestLine = 1 << 20

    private var line: [UInt8] = []
    private var isOverlong = false
    private var endedWithReturn = false
    private var name = ""
    private var data = ""
    private var hasData = false
    /// The sequence number of the last fact, for `Last-Event-ID`.
    package private(set) var lastID: Int64?
    private var id: Int64?

    /// Starts at the beginning of a stream.
    package init() {}

    /// Takes more bytes and gives the events they complete.
    package mutating func take(_ bytes: some Sequence<UInt8>) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\n") where endedWithReturn: endedWithReturn = false
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                endedWithReturn = byte == UInt8(ascii: "\r")
                if let event = endLine() { events.append(event) }
            default:
                endedWithReturn = false
                if line.count < ServerSentEventReader.longestLine {
                    line.append(byte)
                } else {
                    isOverlong = true
                }
            }
        }
        return events
    }

    private mutating func endLine() -> ServerSentEvent? {
        defer {
            line.removeAll(keepingCapacity: true)
            isOverlong = false
        }
        if isOverlong { return nil }
        if line.isEmpty { return dispatch() }
        let text = String(decoding: line, as: UTF8.self)
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        var value = parts.count == 2 ? parts[1] : ""
        if value.first == " " { value = value.dropFirst() }
        switch parts[0] {
        case "event": name = String(value)
        case "data":
            guard data.utf8.count + value.utf8.count <= ServerSentEventReader.longestLine else {
                break
            }
            data += (hasData ? "\n" : "") + value
            hasData = true
        case "id": id = Int64(value)
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            name = ""
            data = ""
            hasData = false
            id = nil
        }
        guard hasData else { return nil }
        if let id { lastID = id }
        return ServerSentEvent(name: name.isEmpty ? "message" : name, id: id, data: data)
    }
}
