import Glibc
import Messaging
import Testing

@Suite(.timeLimit(.minutes(1)))
struct BackPressureTests {
    /// With heartbeats libzmq would drop the connection 4 s into the pause, and frames with it.
    @Test(arguments: Transport.networked)
    func receiverThatPausesLongerThanAHeartbeatLosesNothing(_ transport: Transport) throws {
        let context = try MessagingContext()
        let receiver = try ExchangeReceiver(endpoint: transport.freshEndpoint(), context: context)
        let endpoint = receiver.endpoint
        let count = 60
        let sender = try TestThread {
            guard let socket = try? ExchangeSender(endpoint: endpoint, context: context) else {
                return
            }
            let buffer = SendBuffer(byteCount: 1 << 20)
            for index in 0..<count {
                let region = OutgoingFrame.region(buffer.region(0..<1 << 20))
                _ = try? socket.send([.bytes(number(index)), region]) { false }
            }
            _ = withExtendedLifetime(socket) {
                eventually(within: .seconds(10)) { buffer.regionsInFlight == 0 }
            }
        }
        usleep(4_600_000)
        for index in 0..<count {
            let header = try receiver.receive(timeout: .seconds(2)) { Array($0.frames[0]) }
            try #require(header == number(index))
        }
        sender.join()
    }
}
