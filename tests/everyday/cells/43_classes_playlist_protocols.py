import random
from typing import NamedTuple


class Song(NamedTuple):
    title: str
    artist: str
    seconds: int

    def __str__(self):
        return f"{self.title} by {self.artist} ({self.seconds // 60}:{self.seconds % 60:02d})"


class Playlist:
    def __init__(self, *songs):
        self._songs = list(songs)

    def __len__(self):
        return len(self._songs)

    def __getitem__(self, index):
        return self._songs[index]

    def __iter__(self):
        return iter(self._songs)

    def shuffled(self, seed=None):
        songs = self._songs[:]
        random.Random(seed).shuffle(songs)
        return Playlist(*songs)


playlist = Playlist(Song("So What", "Miles Davis", 562), Song("Naima", "John Coltrane", 261), Song("Alfie", "Bill Evans", 307))
for number, song in enumerate(playlist, 1):
    print(f"{number}. {song}")
print(len(playlist), playlist[-1].artist)
assert sorted(playlist.shuffled(3)) == sorted(playlist)
print(f"Total: {sum(song.seconds for song in playlist) / 60:.1f} min")
