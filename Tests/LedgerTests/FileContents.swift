/// One file as its device may hold it: what was synced, and what was written since.
struct FileContents: Sendable {
    private enum Operation: Sendable {
        case write([UInt8], at: Int)
        case truncate(Int)
    }

    /// The smallest part a device writes whole.
    private static let sector = 512

    private var synced: [UInt8]
    private var unsynced: [Operation] = []

    init(_ bytes: [UInt8]) {
        synced = bytes
    }

    mutating func write(_ bytes: [UInt8], at place: Int) {
        unsynced.append(.write(bytes, at: place))
    }

    mutating func truncate(to size: Int) {
        unsynced.append(.truncate(size))
    }

    mutating func sync() {
        for operation in unsynced { FileContents.apply(operation, to: &synced) }
        unsynced = []
    }

    /// The synced bytes with any part of the later writes, whole sectors of each.
    func remains(_ random: inout SeededGenerator) -> [UInt8] {
        var bytes = synced
        for operation in unsynced {
            switch (operation, random.next() % 4) {
            case (_, 0): break
            case (.write(let written, let place), 1):
                for start in stride(from: 0, to: written.count, by: FileContents.sector)
                where random.next() % 2 == 0 {
                    let end = min(start + FileContents.sector, written.count)
                    FileContents.apply(
                        .write(Array(written[start..<end]), at: place + start), to: &bytes)
                }
            default: FileContents.apply(operation, to: &bytes)
            }
        }
        return bytes
    }

    private static func apply(_ operation: Operation, to bytes: inout [UInt8]) {
        switch operation {
        case .write(let written, let place):
            let end = place + written.count
            if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
            bytes.replaceSubrange(place..<end, with: written)
        case .truncate(let size):
            if size < bytes.count { bytes.removeLast(bytes.count - size) }
        }
    }
}
