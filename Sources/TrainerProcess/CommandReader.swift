import Foundation
import Messaging
import WireCodec

/// The thread that reads commands from the pipe.
enum CommandReader {
    static func start(descriptor: Int32, into mailbox: CommandMailbox) {
        let thread = Thread {
            let reader = PipeFrames.Reader(
                descriptor: descriptor, largest: WireLimits.largestMessage)
            while let bytes = reader.next() {
                let command = bytes.withUnsafeBytes { try? WireCodec.decodeTrainerCommand($0) }
                guard let command else { break }
                mailbox.put(command)
            }
            mailbox.close()
        }
        thread.start()
    }
}
