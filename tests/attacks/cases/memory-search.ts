/**
 * Python that looks for eight bytes in all of its own memory, what the fork took over from the worker included. In two halves, so that the search's own
 * copy is no hit. Memory is read through a pipe, which answers where a page is not there; the table of pages is shut.
 */
export const memorySearch = `
ctypes, resource = __import__("ctypes"), __import__("resource")
libc = ctypes.CDLL(None)
libc.sbrk.restype = ctypes.c_size_t
PAGE = resource.getpagesize()
PIECE = 65536

def spans():
    block = ctypes.create_string_buffer(4 << 20)
    large = ctypes.addressof(block)
    # Libraries and large blocks lie together; the heap lies far below.
    near = [place for place in (large, ctypes.cast(libc.write, ctypes.c_void_p).value, id(os), id(sys)) if abs(place - large) < 1 << 32]
    top = libc.sbrk(0)
    return [(top - (96 << 20), top), (min(near) - (192 << 20), max(near) + (64 << 20))]

def hits(first, second):
    reading, writing = os.pipe()
    count = 0
    for start, end in spans():
        at, before = start // PAGE * PAGE, b""
        while at < end:
            size = libc.write(writing, ctypes.c_void_p(at), PIECE)
            if size <= 0:
                at, before = at + PAGE, b""
                continue
            data = before + os.read(reading, PIECE)
            place = data.find(first)
            while place >= 0:
                count += data[place + len(first):place + len(first) + len(second)] == second
                place = data.find(first, place + 1)
            at, before = at + size, data[-7:]
    return count
`;
